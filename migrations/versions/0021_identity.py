"""Names as they are searched for, identities as documents give them, and what was merged."""

from alembic import op

revision = "0021"
down_revision = "0020"

STEPS = (
    # The other writing of inmates.rules: fold (f), sound (s), bones (b), initials (i), file number (n).
    r"""
    create function person_keys(number text, names text) returns tsvector
    language plpgsql immutable strict parallel safe as $$
    declare
        f text; s text; b text; n text; found text; word text;
    begin
        f := ' ' || replace(lower(normalize(translate(names, 'ʻʼ''`´‘’′ʹ‛＇', ''), NFKC)), 'ѐ', 'ё') || ' ';
        if octet_length(f) <> char_length(f) then
            f := replace(replace(replace(replace(replace(replace(f, ' е', ' ye'), '-е', '-ye'), 'ае', 'аye'), 'ее', 'еye'), 'ёе', 'ёye'), 'ие', 'иye');
            f := replace(replace(replace(replace(replace(replace(f, 'ое', 'оye'), 'уе', 'уye'), 'ўе', 'ўye'), 'эе', 'эye'), 'юе', 'юye'), 'яе', 'яye');
            f := replace(replace(replace(f, 'ые', 'ыye'), 'ъе', 'ъye'), 'ье', 'ьye');
            if position('ц' in f) > 0 then
                f := replace(replace(replace(replace(replace(replace(f, 'ац', 'аts'), 'ец', 'еts'), 'ёц', 'ёts'), 'иц', 'иts'), 'оц', 'оts'), 'уц', 'уts');
                f := replace(replace(replace(replace(replace(replace(f, 'ўц', 'ўts'), 'эц', 'эts'), 'юц', 'юts'), 'яц', 'яts'), 'ыц', 'ыts'), 'eц', 'ets');
            end if;
            f := replace(replace(replace(replace(replace(replace(f, 'ё', 'yo'), 'ч', 'ch'), 'ш', 'sh'), 'щ', 'sh'), 'ю', 'yu'), 'я', 'ya');
            f := translate(f, 'аоинрвлдмуебкзтгсйфхпқжўҳғэыцєіїңөүәҗһıъь',
                'aoinrvldmuebkztgsyfxpqjohgeiseiinouajhi');
            if octet_length(f) <> char_length(f) then
                f := regexp_replace(normalize(f, NFD), '[̀-ͯ]', '', 'g');
            end if;
        end if;
        if f ~ '[^a-z0-9 ]' then
            f := regexp_replace(f, '[^a-z0-9]+', ' ', 'g');
        end if;
        while position('  ' in f) > 0 loop
            f := replace(f, '  ', ' ');
        end loop;
        s := f;
        s := replace(replace(replace(replace(replace(replace(s, ' ogli ', ' '), ' ugli ', ' '), ' qizi ', ' '), ' kizi ', ' '), ' ogly ', ' '), ' uly ', ' ');
        s := replace(replace(s, ' kyzy ', ' '), ' qyzy ', ' ');
        s := replace(replace(replace(replace(replace(replace(s, 'yevich ', ' '), 'evich ', ' '), 'ovich ', ' '), 'yevna ', ' '), 'evna ', ' '), 'ovna ', ' ');
        s := replace(replace(replace(replace(replace(replace(s, 'kh', 'h'), 'x', 'h'), 'q', 'k'), 'w', 'v'), 'dj', 'j'), 'dzh', 'j');
        s := replace(replace(replace(replace(replace(replace(s, 'ts', 's'), 'tz', 's'), 'iy', 'i'), 'ya', 'a'), 'ye', 'e'), 'yi', 'i');
        s := replace(replace(replace(s, 'yo', 'o'), 'yu', 'u'), 'y', 'i');
        s := replace(replace(replace(replace(replace(replace(s, 'aa', 'a'), 'bb', 'b'), 'cc', 'c'), 'dd', 'd'), 'ee', 'e'), 'ff', 'f');
        s := replace(replace(replace(replace(replace(replace(s, 'gg', 'g'), 'hh', 'h'), 'ii', 'i'), 'jj', 'j'), 'kk', 'k'), 'll', 'l');
        s := replace(replace(replace(replace(replace(replace(s, 'mm', 'm'), 'nn', 'n'), 'oo', 'o'), 'pp', 'p'), 'rr', 'r'), 'ss', 's');
        s := replace(replace(replace(replace(s, 'tt', 't'), 'uu', 'u'), 'vv', 'v'), 'zz', 'z');
        while position('  ' in s) > 0 loop
            s := replace(s, '  ', ' ');
        end loop;
        b := s;
        b := replace(replace(replace(replace(replace(b, ' a', ' !'), ' e', ' !'), ' i', ' !'), ' o', ' !'), ' u', ' !');
        b := trim(translate(b, '!aeiou', 'a'));
        f := trim(f);
        s := trim(s);
        n := replace(lower(number), ' ', '');
        found := 'f' || replace(f, ' ', ' f') || ' s' || replace(s, ' ', ' s') || ' b' || replace(b, ' ', ' b')
            || ' n' || n || ' n' || ltrim(regexp_replace(n, '\D', '', 'g'), '0');
        foreach word in array string_to_array(f, ' ') loop
            found := found || ' i' || left(word, 1);
        end loop;
        return array_to_tsvector(string_to_array(found, ' '));
    end $$
    """,
    """
    alter table persons
        add column survivor_id bigint,
        add column other_names text default '' not null,
        add column found_by tsvector generated always as (person_keys(number,
            surname || ' ' || given_name || ' ' || patronymic || ' ' || other_names)) stored not null,
        add constraint fk_persons_survivor_id foreign key (survivor_id) references persons (id),
        add constraint ck_persons_survivor_id check (survivor_id <> id)
    """,
    "create index ix_persons_found_by on persons using gin (found_by) with (fastupdate = off)",
    "create index ix_persons_surname_given_name_id on persons (surname, given_name, id)",
    "create index ix_persons_born_on on persons (born_on)",
    "create index ix_persons_survivor_id on persons (survivor_id) where survivor_id is not null",
    """
    create table identities (
        person_id bigint not null,
        version integer not null,
        ground text not null,
        why text default '' not null,
        surname text not null,
        given_name text not null,
        patronymic text not null,
        surname_cyrl text not null,
        given_name_cyrl text not null,
        patronymic_cyrl text not null,
        sex text not null,
        born_on date not null,
        birth_place text not null,
        citizenship text not null,
        pinfl bytea,
        pinfl_blind bytea,
        document_kind text,
        document bytea,
        document_blind bytea,
        pcn bytea,
        pcn_blind bytea,
        made_at timestamp with time zone default now() not null,
        made_by bigint,
        constraint pk_identities primary key (person_id, version),
        constraint fk_identities_person_id foreign key (person_id) references persons (id),
        constraint fk_identities_made_by foreign key (made_by) references users (id),
        constraint ck_identities_version check (version >= 0),
        constraint ck_identities_ground check (ground in ('entered', 'changed', 'corrected')),
        constraint ck_identities_sex check (sex in ('m', 'f')),
        constraint ck_identities_citizenship check (citizenship ~ '^([A-Z]{2})?$'),
        constraint ck_identities_named check (surname || given_name || surname_cyrl || given_name_cyrl <> ''),
        constraint ck_identities_pinfl check ((pinfl is null) = (pinfl_blind is null)),
        constraint ck_identities_document check ((document is null) = (document_blind is null)
            and (document is null) = (document_kind is null)),
        constraint ck_identities_document_kind check (document_kind in ('passport', 'id_card', 'diplomatic',
            'birth_certificate', 'foreign')),
        constraint ck_identities_pcn check ((pcn is null) = (pcn_blind is null))
    )
    """,
    "create index ix_identities_pinfl_blind on identities (pinfl_blind) where pinfl_blind is not null",
    "create index ix_identities_document_blind on identities (document_blind) where document_blind is not null",
    "create index ix_identities_pcn_blind on identities (pcn_blind) where pcn_blind is not null",
    """
    create table merges (
        id bigint generated by default as identity,
        survivor_id bigint not null,
        absorbed_id bigint not null,
        why text not null,
        made_at timestamp with time zone default now() not null,
        made_by bigint not null,
        constraint pk_merges primary key (id),
        constraint fk_merges_survivor_id foreign key (survivor_id) references persons (id),
        constraint fk_merges_absorbed_id foreign key (absorbed_id) references persons (id),
        constraint fk_merges_made_by foreign key (made_by) references users (id),
        constraint ck_merges_two check (survivor_id <> absorbed_id),
        constraint ck_merges_why check (why <> '')
    )
    """,
    "create index ix_merges_survivor_id on merges (survivor_id)",
    "create index ix_merges_absorbed_id on merges (absorbed_id)",
    """
    create table merge_undoings (
        merge_id bigint not null,
        why text not null,
        made_at timestamp with time zone default now() not null,
        made_by bigint not null,
        constraint pk_merge_undoings primary key (merge_id),
        constraint fk_merge_undoings_merge_id foreign key (merge_id) references merges (id),
        constraint fk_merge_undoings_made_by foreign key (made_by) references users (id),
        constraint ck_merge_undoings_why check (why <> '')
    )
    """,
)


def upgrade() -> None:
    for step in STEPS:
        op.get_bind().exec_driver_sql(step)


def downgrade() -> None:
    for table in ("merge_undoings", "merges", "identities"):
        op.drop_table(table)
    for column in ("found_by", "other_names", "survivor_id"):
        op.drop_column("persons", column)
    op.drop_index("ix_persons_surname_given_name_id")
    op.drop_index("ix_persons_born_on")
    op.execute("drop function person_keys")
