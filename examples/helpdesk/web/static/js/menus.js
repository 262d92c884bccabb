// Menus are <details>; here they close when a person looks elsewhere.
const menus = "details.menu, details.me, details.prov";
document.addEventListener("click", (event) => {
  for (const menu of findAll(menus)) {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target instanceof Element ? event.target.closest(menus) : null;
  if (menu?.open) {
    menu.open = false;
    find("summary", menu)?.focus();
    event.stopPropagation();
  }
});
on("focusout", menus, (event, menu) => {
  if (menu.open && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});
