// Keys: / search, j k rows, x select, Enter or o open, e edit, n new, ? the list.
const rows = () => findAll("#results .row, #thread .message");

function move(step) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.findIndex((row) => row.classList.contains("at"));
  const next = all[Math.min(Math.max(at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step, 0), all.length - 1)];
  for (const row of all) row.classList.toggle("at", row === next);
  (next.matches(".message") ? next : find("a", next))?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const current = () => find("#results .row.at") ?? document.activeElement?.closest?.("#results .row");

async function help() {
  const open = find("dialog#keys");
  if (open) return open.close();
  const { page } = await fetchPage("/keys");
  const dialog = document.createElement("dialog");
  dialog.id = "keys";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const head = document.createElement("header");
  const title = document.createElement("h2");
  title.id = "keys-title";
  title.textContent = find("h1", page).textContent;
  const close = document.createElement("button");
  close.className = "button quiet";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  head.append(title, close);
  dialog.append(head, find("#keylist", page));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const actions = {
  "/": () => { const box = find("input[type=search]"); box?.focus(); box?.select(); return box; },
  "j": () => move(1),
  "k": () => move(-1),
  "x": () => find(".pick input", current() ?? document.createElement("i"))?.click(),
  "o": () => find("a", current() ?? document.createElement("i"))?.click(),
  "e": () => {
    const link = current() ? find("a[data-edit]", current()) : find("a[data-edit]");
    link?.click();
  },
  "n": () => find("a[data-new]")?.click(),
  "?": help,
};

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.defaultPrevented) return;
  const act = actions[event.key];
  if (!act || (find("dialog[open]") && event.key !== "?")) return;
  event.preventDefault();
  act();
});
on("focusin", "#results .row", (event, row) => {
  for (const other of rows()) other.classList.toggle("at", other === row);
});
on("click", "a[href='/keys']", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  help();
});
