"""Sends letters: cut off, again, and three times over; each must have one effect and one answer."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from httpx import Response

from simulators.relatives import parts, tus
from simulators.relatives.ledger import Ledger, Sent
from simulators.relatives.model import Attachment, Cut, Letter
from simulators.relatives.phone import Phone

PATH: Final = "/v1/my/appeals"
TIMES: Final = 3
"""The whole outbox goes so often, as after a network that gave no sign."""


@dataclass(slots=True)
class Outbox:
    phone: Phone
    ledger: Ledger
    account: int

    async def send(self, letter: Letter) -> Sent:
        """Cut as the part says, then until it is answered."""
        for cut in letter.cuts:
            await self.phone.lose(partial(self._post, letter, cut=cut))
        answer = await self.phone.asked(partial(self._post, letter))
        sent = self._noted(letter, answer)
        for attachment in letter.attachments:
            await self._attach(sent, attachment)
        for _ in range(TIMES - 1):
            self._compare(answer, await self.phone.asked(partial(self._post, letter)))
        if letter.is_forgetful:
            await self._send_anew(letter)
        return sent

    async def _send_anew(self, letter: Letter) -> None:
        """The key is forgotten, the id is not."""
        answer = await self.phone.asked(partial(self.phone.handset.post, PATH, letter.said))
        said = self._noted(letter, answer)
        if answer.json()["receipt"] is not None:
            self.ledger.wrong.append(f"{said.number}: a second receipt")

    async def _attach(self, sent: Sent, attachment: Attachment) -> None:
        upload = await tus.upload(self.phone, self.ledger, attachment)
        put = partial(self.phone.handset.send, "PUT", f"{PATH}/{sent.id}/files/{upload}")
        answer = await self.phone.asked(put)
        is_repeated = answer.status_code == 409  # the first answer was lost: the effect is there
        if not answer.is_success and not is_repeated:
            self.ledger.wrong.append(f"{sent.number}: file not attached, {answer.status_code}")
        sent.files[attachment.client_id] = upload

    async def _post(self, letter: Letter, *, cut: Cut | None = None) -> Response:
        return await self.phone.handset.post(PATH, letter.said, key=str(letter.client_id), cut=cut)

    def _noted(self, letter: Letter, answer: Response) -> Sent:
        if answer.status_code != 201:
            self.ledger.wrong.append(f"a letter was answered with {answer.status_code}")
            answer.raise_for_status()
        said = answer.json()
        if said["content_sha256"] != parts.digest(letter):
            self.ledger.wrong.append(f"{said['number']}: another text was registered")
        return self.ledger.acknowledged(letter, self.account, said)

    def _compare(self, first: Response, again: Response) -> None:
        self.phone.tries["resent"] += 1
        if (first.status_code, first.content) != (again.status_code, again.content):
            self.ledger.wrong.append(f"{first.json()['number']}: resent and answered otherwise")
