// Search as you type: the old result stays until the new one is there.
const wait = 150;
let timer = 0;
let running = null;

function viewOf(form) {
  const values = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value !== "") values.append(name, value);
  }
  const query = values.toString();
  return form.getAttribute("action") + (query ? "?" + query : "");
}

async function show(url, form, push) {
  running?.abort();
  const control = running = new AbortController();
  const old = find("#results");
  old?.setAttribute("aria-busy", "true");
  try {
    const { response, page } = await fetchPage(url, { signal: control.signal });
    const fresh = find("#results", page);
    if (!fresh) return location.assign(url);
    find("#results").replaceWith(fresh);
    for (const id of ["tally", "filterchips"]) {
      const part = find("#" + id, page);
      const there = find("#" + id);
      if (part && there) there.replaceWith(part);
    }
    if (push) history.replaceState(history.state, "", response.redirected ? response.url : url);
    enhanceAgain(fresh);
    say(find("#tally")?.dataset.say ?? "");
  } catch (error) {
    if (error.name === "AbortError") return;
    find("#results")?.removeAttribute("aria-busy");
    say("The search could not be made. What is shown is the last result.");
  } finally {
    if (running === control) running = null;
  }
}

on("input", "form[data-live] input[type=search]", (event, input) => {
  clearTimeout(timer);
  timer = setTimeout(() => show(viewOf(input.form), input.form, true), wait);
});
on("submit", "form[data-live]", (event, form) => {
  event.preventDefault();
  clearTimeout(timer);
  show(viewOf(form), form, true);
});
on("keydown", "form[data-live] input[type=search]", (event, input) => {
  if (event.key === "Escape" && input.value !== "") {
    event.preventDefault();
    input.value = "";
    show(viewOf(input.form), input.form, true);
  } else if (event.key === "ArrowDown") {
    event.preventDefault();
    find("#results .row a")?.focus();
  }
});
