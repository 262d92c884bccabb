// Controls that find what exists while a name is typed: a company for a field,
// or people who are ticked on a list. They follow the combobox pattern of the
// ARIA authoring practices.
const boxes = "input[data-suggest], input[data-people]";
let timer = 0;
let asked = 0;

// lines are the parts that an option shows: each a text and its class.
function lines(parts) {
  return parts.map(([text, kind]) => {
    const part = document.createElement("span");
    part.className = kind;
    part.dir = "auto";
    part.textContent = text;
    return part;
  });
}
const about = (person) => lines([[person.name, "clip"], [person.email || person.company, "muted small clip"]]);
const count = (n, one, many) => (n === 1 ? "1 " + one : `${n} ${many}`);

// A kind says where it asks, what its options are, and what choosing one does.
const companies = {
  label: "Companies",
  path: "/companies/suggest?text=",
  says: (answer) => count(answer.companies.length, "company", "companies"),
  options(answer, input) {
    const found = answer.companies.map((c) => ({ value: c.name, parts: lines([[c.name, "clip"], [count(c.contacts, "contact", "contacts"), "muted small nowrap"]]) }));
    const typed = input.value.trim();
    // It says when a new one will be made.
    if (typed && !answer.exact && input.dataset.suggest !== "known") found.push({ value: typed, parts: lines([[`Create “${typed}”`, "clip"]]) });
    return found;
  },
  choose(input, name) {
    input.value = name;
    close(input);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  },
};
const people = {
  label: "Contacts",
  path: "/contacts/suggest?text=",
  says: (answer) => count(answer.contacts.length, "contact", "contacts"),
  options: (answer) => answer.contacts.map((person) => ({ value: person, parts: about(person) })),
  choose(input, person) {
    const to = find("#" + input.dataset.people);
    const box = find(`input[value="${CSS.escape(person.id)}"]`, to) ?? addPerson(to, input.dataset.name || "participant", person);
    box.checked = true;
    input.value = "";
    close(input);
    say(person.name + " was added.");
  },
};
const kindOf = (input) => (input.hasAttribute("data-people") ? people : companies);

function addPerson(to, name, person) {
  const item = document.createElement("li");
  const label = document.createElement("label");
  label.className = "check";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.name = name;
  box.value = person.id;
  const text = document.createElement("span");
  text.className = "who-text";
  text.append(...about(person));
  label.append(box, text);
  item.append(label);
  to.append(item);
  return box;
}

function listOf(input) {
  let list = find("[role=listbox]", input.parentElement);
  if (list) return list;
  list = document.createElement("div");
  list.id = input.id + "-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", kindOf(input).label);
  list.hidden = true;
  input.parentElement.append(list);
  return list;
}

function close(input) {
  listOf(input).hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

async function ask(input) {
  const turn = ++asked;
  const kind = kindOf(input);
  const response = await fetch(kind.path + encodeURIComponent(input.value), { credentials: "same-origin" });
  if (!response.ok || turn !== asked || document.activeElement !== input) return;
  const answer = await response.json();
  const list = listOf(input);
  list.replaceChildren(...kind.options(answer, input).map(({ value, parts }, i) => {
    const option = document.createElement("div");
    option.id = `${list.id}-${i}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.value = value;
    option.append(...parts);
    return option;
  }));
  list.hidden = list.children.length === 0;
  input.setAttribute("aria-expanded", String(!list.hidden));
  say(kind.says(answer));
}

function step(input, options, at, by) {
  if (options.length === 0) return;
  const next = options[(at + by + options.length + (at < 0 && by < 0 ? 1 : 0)) % options.length];
  for (const o of options) o.setAttribute("aria-selected", String(o === next));
  input.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

enhance((root) => {
  for (const input of findAll(boxes, root)) {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", listOf(input).id);
  }
});
on("input", boxes, (event, input) => {
  clearTimeout(timer);
  if (kindOf(input) === people && input.value.trim() === "") return close(input);
  timer = setTimeout(() => ask(input), 150);
});
on("keydown", boxes, (event, input) => {
  const open = input.getAttribute("aria-expanded") === "true";
  const options = findAll("[role=option]", listOf(input));
  const at = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (open) step(input, options, at, event.key === "ArrowDown" ? 1 : -1);
    else ask(input);
  } else if (event.key === "Enter" && open) {
    const several = kindOf(input) === people; // Enter adds one more and does not send the form
    const chosen = options[at] ?? (several && options.length === 1 ? options[0] : null);
    if (chosen || several) { event.preventDefault(); event.stopPropagation(); }
    if (chosen) kindOf(input).choose(input, chosen.value);
    else if (!several) close(input);
  } else if (event.key === "Escape" && open) {
    event.preventDefault();
    event.stopPropagation();
    close(input);
  }
}, true);
on("pointerdown", ".suggest [role=option]", (event, option) => {
  event.preventDefault();
  const input = find("input", option.closest(".suggest"));
  kindOf(input).choose(input, option.value);
});
on("focusout", boxes, (event, input) => {
  clearTimeout(timer);
  asked++;
  close(input);
});
