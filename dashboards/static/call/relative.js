// A relative's place in a call; which one stands after `#`.

import { call, Refused, SignedOut } from "/static/my/account.js";
import { uuid7 } from "/static/my/keep.js";
import { enter } from "./room.js";
import { t } from "/static/texts.js";

const join = document.getElementById("join");
const wrong = document.getElementById("wrong");
document.getElementById("language").addEventListener("change", ({ target }) => target.form.submit());

join.addEventListener("click", async () => {
  wrong.textContent = "";
  try {
    const entry = await call("POST", `/v1/my/calls/${Number(location.hash.slice(1))}/pass`, { key: uuid7() });
    join.hidden = true;
    await enter(entry);
    join.hidden = false;
  } catch (failure) {
    if (failure instanceof SignedOut) location.assign("/my");
    else if (failure instanceof Refused) wrong.textContent = failure.message;
    else if (failure instanceof TypeError) wrong.textContent = t("my.offline");
    else throw failure;
  }
});
join.disabled = false;
