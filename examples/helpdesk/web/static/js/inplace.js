// Edit in place: a click on a value, or Enter on its pencil, turns it into its
// control; Enter or blur saves, Escape takes back. A stale version shows both
// values and asks.
let open = null; // { row, before }

// Refused is an answer of the server that says why there is no row in it.
class Refused extends Error {}

function swap(row, page) {
  const fresh = find("[data-row]", page);
  if (!fresh) throw new Refused((find("main p", page) ?? find("main", page))?.textContent.trim() || "It was refused.");
  row.replaceWith(fresh);
  enhanceAgain(fresh);
  return fresh;
}

async function begin(row) {
  if (open) {
    if (open.row === row) return;
    if (open.asked) { find(".notice", open.row)?.focus(); return; } // an answer is due first
    await save();
    if (open) return;
  }
  const before = row;
  let fresh;
  try {
    const { page } = await fetchPage(row.dataset.url);
    fresh = swap(row, page);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(find("a[data-fallback]", row).href);
    return;
  }
  open = { row: fresh, before };
  const control = find("[name$=_value]", fresh) ?? find("input:not([type=hidden]), select, textarea", fresh);
  if (!control) { open = null; return; }
  open.initial = values();
  control.focus();
  control.select?.();
}

const values = () => new URLSearchParams([...new FormData(find("form", open.row))]).toString();

// back shows the value again. After a stale version it is fetched: what stood
// there before is no longer what is stored.
async function back() {
  if (!open) return;
  const { row, before, asked } = open;
  open = null;
  if (!asked) {
    row.replaceWith(before);
    find("a[data-fallback]", before)?.focus();
    return;
  }
  const { page } = await fetchPage(row.dataset.url + "?show=1");
  find("a[data-fallback]", swap(row, page))?.focus();
}

async function save(force) {
  if (!open || open.busy) return;
  if (!force && values() === open.initial && !open.asked) return back();
  const mine = open;
  mine.busy = true;
  const form = find("form", mine.row);
  try {
    const body = new URLSearchParams([...new FormData(form)]);
    const { response, page } = await fetchPage(form.getAttribute("action"), { method: "POST", body }, false);
    if (response.redirected && new URL(response.url).pathname === "/signin") {
      throw new Refused("You are signed out: sign in again in another tab, then load this page again.");
    }
    const fresh = swap(mine.row, page);
    if (response.ok) {
      open = null;
      renew(page);
      say("Saved.");
      find("a[data-fallback]", fresh)?.focus();
      return;
    }
    open = { row: fresh, before: mine.before, initial: null, asked: response.status === 409 };
    // The question gets the focus, not the button that overwrites: a second Enter must not answer it.
    const first = find(open.asked ? ".notice" : "input:not([type=hidden]), select, textarea", fresh);
    first?.focus();
    say(find(".error-text, .notice", fresh)?.textContent ?? "It could not be saved.");
  } catch (error) {
    if (error.name === "AbortError") return;
    mine.busy = false;
    const why = error instanceof Refused ? error.message : "The server cannot be reached; press Enter to try again.";
    const note = find("[data-note]", mine.row);
    if (note) note.textContent = "Not saved, but what you typed is still here. " + why;
    say("Not saved. " + why);
  }
}

// renew takes what a saved value changed elsewhere on the page: the summary, the timeline.
function renew(page) {
  for (const part of findAll("[data-renew]", page)) {
    const there = find("#" + part.id);
    if (there) { there.replaceWith(part); enhanceAgain(part); }
  }
}

on("click", "[data-inplace]", (event, value) => {
  if (event.target.closest("a, button, summary, details") && !event.target.closest("a[data-fallback]")) return;
  if (String(getSelection())) return;
  event.preventDefault();
  begin(value.closest("[data-row]"));
});
on("click", "a[data-fallback]", (event, link) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  begin(link.closest("[data-row]"));
});
on("keydown", ".inplace", (event) => {
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    back();
  } else if (event.key === "Enter" && !event.target.closest("button") &&
      (event.target.tagName !== "TEXTAREA" || event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    save(true);
  }
});
on("submit", "form.inplace", (event) => { event.preventDefault(); save(true); });
on("click", "[data-cancel]", (event) => { event.preventDefault(); back(); });
on("focusout", "form.inplace", (event, form) => {
  if (open?.asked || form.contains(event.relatedTarget) || !event.relatedTarget && document.hasFocus() === false) return;
  setTimeout(() => {
    if (open && find("form", open.row) === form && !form.contains(document.activeElement)) save();
  }, 0);
});
