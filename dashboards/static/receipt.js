// A scanned code opens the page with the signed text behind `#`: it goes to nobody until the reader asks.
const text = document.querySelector("#check textarea");
if (text && location.hash.length > 1) {
  text.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  text.scrollIntoView({ block: "center" });
}
document.querySelector("#print")?.addEventListener("click", () => window.print());
