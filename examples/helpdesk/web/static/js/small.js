// The rest: the toast goes away by itself, the theme changes at once, checks are
// shown where they were asked.
const toast = find(".toast");
if (toast) {
  let left = setTimeout(() => toast.remove(), 10000);
  for (const type of ["pointerenter", "focusin"]) toast.addEventListener(type, () => clearTimeout(left));
  toast.addEventListener("pointerleave", () => { left = setTimeout(() => toast.remove(), 4000); });
}
on("click", "[data-dismiss]", (event, button) => {
  event.preventDefault();
  button.closest(".toast").remove();
});

on("submit", "form[data-theme-form]", async (event, form) => {
  event.preventDefault();
  const theme = event.submitter.value;
  document.documentElement.dataset.theme = theme;
  for (const button of findAll("button[name=theme]", form)) button.setAttribute("aria-pressed", String(button.value === theme));
  const body = new URLSearchParams([...new FormData(form)]);
  body.set("theme", theme);
  await fetch(form.action, { method: "POST", body, credentials: "same-origin", redirect: "manual" });
  form.dataset.kept = theme;
});

on("change", "select[data-go]", (event, select) => select.form.requestSubmit());
enhance((root) => {
  for (const button of findAll("[data-go-button]", root)) button.hidden = true;
});
