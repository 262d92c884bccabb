// What the other modules share. All files of this folder are served as one
// module; each but this one stands in a block of its own.

document.documentElement.classList.add("js");

const find = (selector, root = document) => root.querySelector(selector);
const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

// on listens for events of elements that match now or will later.
function on(type, selector, handle, options) {
  document.addEventListener(type, (event) => {
    const target = event.target instanceof Element ? event.target.closest(selector) : null;
    if (target) handle(event, target);
  }, options);
}

// say tells a screen reader what changed.
function say(text) {
  const live = find("#live");
  if (live) live.textContent = text;
}

// fetchPage gets a page of this server as a document. If it turned out to be
// the sign-in page, that is gone to, unless there is something to lose here.
async function fetchPage(url, options = {}, leave = true) {
  const response = await fetch(url, { credentials: "same-origin", headers: { "X-Fragment": "1" }, ...options });
  if (leave && response.redirected && new URL(response.url).pathname === "/signin") {
    location.assign("/signin");
    throw new DOMException("signed out", "AbortError");
  }
  const text = await response.text();
  return { response, page: new DOMParser().parseFromString(text, "text/html") };
}

// typing reports whether keys belong to a control at the moment.
function typing(event) {
  const t = event.target;
  return event.ctrlKey || event.metaKey || event.altKey ||
    (t instanceof HTMLElement && (t.isContentEditable || /^(SELECT|TEXTAREA)$/.test(t.tagName) ||
      (t.tagName === "INPUT" && !/^(checkbox|radio|button|submit)$/.test(t.type))));
}

const ready = [];
// enhance runs for the whole page now, and for each part that is replaced later.
function enhance(run) {
  ready.push(run);
  run(document);
}
function enhanceAgain(root) {
  for (const run of ready) run(root);
}
