// The editor: what changed, leaving with unsaved work, rows of lists.
let saved = false;

// state is what would be lost; a choice that is made in a moment again is none of it.
function state(form) {
  const loose = new Set(findAll("[data-loose]", form).map((control) => control.name));
  return new URLSearchParams([...new FormData(form)].filter(([name, value]) => !loose.has(name) &&
    (typeof value === "string" && !(name.endsWith("_label") || name.endsWith("_value")) || value !== ""))).toString();
}

function changed(form) {
  const names = new Set();
  for (const field of findAll("[data-name]", form)) {
    const touched = findAll("input, select, textarea", field).some((c) => {
      if (c.type === "hidden") return false;
      if (c.type === "checkbox" || c.type === "radio") return c.checked !== c.defaultChecked;
      if (c.tagName === "SELECT") {
        const preset = [...c.options].findIndex((o) => o.defaultSelected);
        return c.selectedIndex !== Math.max(preset, 0);
      }
      return c.value !== c.defaultValue;
    });
    if (touched) names.add(field.dataset.name);
  }
  return [...names];
}

function report(form) {
  const line = find(".savebar .state", form);
  if (!line) return;
  line.dataset.still ??= line.textContent;
  const names = changed(form);
  line.textContent = names.length ? "Changed: " + names.join(", ") : line.dataset.still;
}

enhance((root) => {
  for (const form of findAll("form[data-guard]", root)) {
    form.initial = state(form);
    report(form);
  }
});
on("input", "form[data-guard]", (event, form) => report(form));
on("change", "form[data-guard]", (event, form) => report(form));
on("submit", "form", () => { saved = true; });
window.addEventListener("pageshow", () => { saved = false; });
window.addEventListener("beforeunload", (event) => {
  const dirty = findAll("form[data-guard]").some((form) => form.hasAttribute("data-dirty") || state(form) !== form.initial);
  if (!saved && dirty) event.preventDefault();
});

// A list gains a row without asking the server.
on("click", "button[name=add]", (event, button) => {
  const list = find(".multi", button.closest(".field"));
  const rows = findAll(".one", list);
  const row = rows[rows.length - 1].cloneNode(true);
  const n = rows.length;
  for (const control of findAll("input, label", row)) {
    for (const attribute of ["id", "for"]) {
      const value = control.getAttribute(attribute);
      if (value) control.setAttribute(attribute, value.replace(/-\d+(-|$)/, `-${n}$1`));
    }
    if (control.type === "radio") { control.checked = false; control.value = String(n); }
    else if (control.tagName === "INPUT") control.value = "";
    const label = control.getAttribute("aria-label");
    if (label) control.setAttribute("aria-label", label.replace(/\d+$/, String(n + 1)));
  }
  list.append(row);
  find("input", row).focus();
  event.preventDefault();
});
on("click", "button[data-remove]", (event, button) => {
  event.preventDefault();
  const row = button.closest(".one");
  for (const control of findAll("input:not([type=radio])", row)) {
    control.value = "";
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const rows = findAll(".one", row.parentElement);
  const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
  if (rows.length > 1) row.hidden = true;
  find("input", next ?? row)?.focus();
});
enhance((root) => {
  for (const button of findAll("button[data-remove]", root)) button.hidden = false;
});

// The section that is being read is marked beside the form.
const links = findAll(".sections a");
if (links.length > 0) {
  const seen = new Map();
  const mark = () => {
    const top = links.find((link) => seen.get(link.hash.slice(1)));
    for (const link of links) {
      if (link === top) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) seen.set(entry.target.id, entry.isIntersecting);
    mark();
  }, { rootMargin: "-10% 0px -40% 0px" });
  for (const section of findAll(".section[id]")) watch.observe(section);
}

// An error summary is where the eye and the screen reader go first.
find("[data-error-summary]")?.focus();
