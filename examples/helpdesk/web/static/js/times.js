// Times: the exact one, in the viewer's own zone, on hover.
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
enhance((root) => {
  for (const time of findAll("time[datetime]", root)) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    if (time.hasAttribute("data-exact")) time.textContent = exact.format(at);
    else time.title = exact.format(at);
  }
});
