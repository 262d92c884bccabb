// Forms that are filled in: a question that does not count is not shown. What
// is kept is decided by the server either way.
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

function valuesOf(form, key) {
  const box = find(`.question[data-key="${CSS.escape(key)}"]`, form);
  if (!box || box.hidden) return [];
  return findAll("input, textarea, select", box).flatMap((c) => {
    if (c.type === "checkbox" || c.type === "radio") return c.checked ? [c.value] : [];
    return c.value.trim() === "" ? [] : [c.value];
  });
}

function holds(form, condition) {
  const values = valuesOf(form, condition.field);
  const wanted = folded(condition.value ?? "");
  let met = values.length > 0;
  if (condition.test === "equals") met = values.some((v) => folded(v) === wanted || (v !== "" && Number(v) === Number(condition.value)));
  if (condition.test === "contains") met = values.some((v) => folded(v).includes(wanted));
  return condition.not ? !met : met;
}

function unfold(form) {
  for (const box of findAll(".question[data-show]", form)) {
    const show = JSON.parse(box.dataset.show);
    const met = (c) => holds(form, c);
    box.hidden = !(show.any ? show.when.some(met) : show.when.every(met));
  }
}

enhance((root) => { for (const form of findAll("form[data-questions]", root)) unfold(form); });
on("input", "form[data-questions]", (event, form) => unfold(form));
on("change", "form[data-questions]", (event, form) => unfold(form));

// The due rule of a task: only what it needs is shown.
function dueFields(form) {
  const rule = find("[name=rule]", form)?.value;
  const part = (name, shown) => {
    const control = find(`[name=${name}]`, form);
    if (control) control.closest(".field").hidden = !shown;
  };
  part("due_at", rule === "fixed");
  part("days", rule !== "fixed" && rule !== "none");
  part("after", rule === "task_done");
}
enhance((root) => { for (const form of findAll("form[data-due]", root)) dueFields(form); });
on("change", "form[data-due] [name=rule]", (event, control) => dueFields(control.form));
