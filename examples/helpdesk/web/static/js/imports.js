// Imports: a file is dropped or chosen, and it is seen on its way; long work is
// asked about until it is done.

// The part of the page that shows the work is replaced. When the work has ended
// the server leads to what came of it.
enhance(() => {
  const part = find("[data-poll]");
  if (!part || part.polling) return;
  part.polling = true;
  setTimeout(async () => {
    try {
      const { response, page } = await fetchPage(location.href);
      const fresh = find("#" + part.id, page);
      if (response.redirected || !fresh || !fresh.hasAttribute("data-poll")) {
        say("The work is done.");
        return location.replace(response.redirected ? response.url : location.href);
      }
      part.replaceWith(fresh);
      enhanceAgain(fresh);
    } catch {
      part.polling = false;
      setTimeout(() => enhanceAgain(part), 2000);
    }
  }, Number(part.dataset.poll) || 500);
});

const megabytes = (n) => (n / 1048576).toFixed(n < 104857600 ? 1 : 0) + " MB";

function complain(form, text) {
  const notice = find("#upload > template").content.firstElementChild.cloneNode(true);
  find("p", notice).textContent = text;
  find("#upload > .notice")?.remove();
  form.before(notice);
}

function tooLarge(form, file) {
  if (file.size <= Number(form.dataset.most)) return false;
  complain(form, `${file.name} has ${megabytes(file.size)}; a file can have ${form.dataset.limit} at most. Nothing was sent: split it, or use the import command.`);
  return true;
}

// send uploads the file, so that it is seen how far it is.
function send(form) {
  const file = find("input[type=file]", form).files[0];
  if (!file || form.sending || tooLarge(form, file)) return;
  form.sending = true;
  const panel = find("[data-sending]", form), bar = find("progress", panel), button = find(".primary", form);
  panel.hidden = false;
  button.disabled = true;
  const call = new XMLHttpRequest();
  call.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = 100 * event.loaded / event.total;
    find("[data-sent]", panel).textContent = event.loaded < event.total ? `${megabytes(event.loaded)} of ${megabytes(event.total)}` : "The file is looked into.";
  });
  const ended = (text) => {
    form.sending = false;
    panel.hidden = true;
    button.disabled = false;
    complain(form, text);
  };
  call.addEventListener("load", () => {
    const to = new URL(call.responseURL || location.href);
    if (call.status < 400) return location.assign(to.pathname);
    const page = new DOMParser().parseFromString(call.responseText, "text/html");
    ended((find("#upload .notice p", page) ?? find("main p", page))?.textContent.trim() || "The file was refused.");
  });
  call.addEventListener("error", () => ended("The file did not arrive: the connection was broken off. Nothing was imported; try again."));
  call.open("POST", form.getAttribute("action"));
  call.setRequestHeader("X-Fragment", "1");
  call.send(new FormData(form));
}

on("submit", "form[data-upload]", (event, form) => {
  event.preventDefault();
  send(form);
});
on("change", "form[data-upload] input[type=file]", (event, input) => {
  const file = input.files[0];
  find("[data-file]", input.form).textContent = file ? `${file.name}, ${file.size < 1048576 ? Math.ceil(file.size / 1024) + " kB" : megabytes(file.size)}` : "";
  find("#upload > .notice")?.remove();
  if (file) tooLarge(input.form, file);
});

// A file may be dropped anywhere on the page of imports.
const form = find("form[data-upload]");
if (form) {
  let inside = 0;
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const mark = (step) => {
    inside = Math.max(0, inside + step);
    form.classList.toggle("over", inside > 0);
  };
  document.addEventListener("dragenter", (event) => { if (carries(event)) { event.preventDefault(); mark(1); } });
  document.addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  document.addEventListener("dragleave", (event) => { if (carries(event)) mark(-1); });
  document.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    mark(-inside);
    const input = find("input[type=file]", form), files = event.dataTransfer.files;
    if (files.length > 1) return complain(form, "One file at a time: drop the first one, and then the next.");
    if (files.length === 0 || form.sending) return;
    input.files = files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    send(form);
  });
}
