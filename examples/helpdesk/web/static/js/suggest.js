// The company field: finds what exists, says when a new one will be made.
// It follows the combobox pattern of the ARIA authoring practices.
let timer = 0;
let asked = 0;

function box(input) {
  let list = find("[role=listbox]", input.parentElement);
  if (list) return list;
  list = document.createElement("div");
  list.id = input.id + "-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Companies");
  list.hidden = true;
  input.parentElement.append(list);
  return list;
}

function close(input) {
  box(input).hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function fill(input, companies, exact) {
  const list = box(input);
  list.replaceChildren();
  const add = (name, note) => {
    const option = document.createElement("div");
    option.id = `${list.id}-${list.children.length}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.name = name;
    const text = document.createElement("span");
    text.dir = "auto";
    text.className = "clip";
    text.textContent = note === "create" ? `Create “${name}”` : name;
    option.append(text);
    if (note && note !== "create") {
      const more = document.createElement("span");
      more.className = "muted small nowrap";
      more.textContent = note;
      option.append(more);
    }
    list.append(option);
  };
  for (const company of companies) add(company.name, company.contacts === 1 ? "1 contact" : `${company.contacts} contacts`);
  const typed = input.value.trim();
  if (typed && !exact && input.dataset.suggest !== "known") add(typed, "create");
  list.hidden = list.children.length === 0;
  input.setAttribute("aria-expanded", String(!list.hidden));
  say(companies.length === 1 ? "1 company" : `${companies.length} companies`);
}

async function ask(input) {
  const turn = ++asked;
  const response = await fetch("/companies/suggest?text=" + encodeURIComponent(input.value), { credentials: "same-origin" });
  if (!response.ok || turn !== asked || document.activeElement !== input) return;
  const answer = await response.json();
  fill(input, answer.companies ?? [], answer.exact);
}

function choose(input, option) {
  input.value = option.dataset.name;
  close(input);
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function step(input, by) {
  const options = findAll("[role=option]", box(input));
  if (options.length === 0) return;
  const at = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
  const next = options[(at + by + options.length + (at < 0 && by < 0 ? 1 : 0)) % options.length];
  for (const o of options) o.setAttribute("aria-selected", String(o === next));
  input.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

enhance((root) => {
  for (const input of findAll("input[data-suggest]", root)) {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", box(input).id);
  }
});
on("input", "input[data-suggest]", (event, input) => {
  clearTimeout(timer);
  timer = setTimeout(() => ask(input), 150);
});
on("keydown", "input[data-suggest]", (event, input) => {
  const open = input.getAttribute("aria-expanded") === "true";
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (open) step(input, event.key === "ArrowDown" ? 1 : -1);
    else ask(input);
  } else if (event.key === "Enter" && open) {
    const option = find("[aria-selected=true]", box(input));
    if (option) { event.preventDefault(); event.stopPropagation(); choose(input, option); }
    else close(input);
  } else if (event.key === "Escape" && open) {
    event.preventDefault();
    event.stopPropagation();
    close(input);
  }
}, true);
on("pointerdown", ".suggest [role=option]", (event, option) => {
  event.preventDefault();
  choose(find("input", option.closest(".suggest")), option);
});
on("focusout", "input[data-suggest]", (event, input) => {
  clearTimeout(timer);
  asked++;
  close(input);
});
