// Selecting rows: all on the page, a range with Shift, and how many there are.
let last = null;

const boxes = () => findAll("#results .pick input[name=id]");

function tally() {
  const all = boxes();
  const picked = all.filter((box) => box.checked);
  const head = find("#results .pick input[data-all]");
  if (head) {
    head.checked = picked.length > 0 && picked.length === all.length;
    head.indeterminate = picked.length > 0 && picked.length < all.length;
  }
  const matching = find("#results input[name=all]");
  const text = find("#results .tally");
  if (text) {
    const n = matching?.checked ? matching.dataset.count : String(picked.length);
    text.textContent = (n || "All") + " selected";
  }
  if (matching && picked.length === 0) matching.checked = false;
}

on("click", ".pick input[name=id]", (event, box) => {
  const all = boxes();
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const other of all.slice(from, to + 1)) other.checked = box.checked;
  }
  last = box;
  tally();
});
on("change", ".pick input[data-all]", (event, head) => {
  for (const box of boxes()) box.checked = head.checked;
  tally();
});
on("change", "input[name=all]", tally);
on("click", "[data-clear-selection]", (event) => {
  event.preventDefault();
  for (const box of boxes()) box.checked = false;
  tally();
});
enhance(() => {
  for (const head of findAll(".pick [data-all]")) head.closest("label").hidden = false;
  for (const button of findAll("[data-clear-selection]")) button.hidden = false;
  tally();
});
