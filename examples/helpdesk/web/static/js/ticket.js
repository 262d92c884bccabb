// A ticket: fields that save when they are changed, files that are dropped,
// and keys to answer by.

// renewFrom takes the parts of a fresh page that can have changed.
function renewFrom(page) {
  for (const part of findAll("[data-renew]", page)) {
    const there = find("#" + part.id);
    if (there) { there.replaceWith(part); enhanceAgain(part); }
  }
}

async function quick(form) {
  if (form.hasAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  const id = find("[data-quick]", form).id;
  try {
    const { response, page } = await fetchPage(form.getAttribute("action"), { method: "POST", body: new URLSearchParams([...new FormData(form)]) });
    if (!find("#props", page)) return location.reload();
    renewFrom(page);
    const again = find("#" + id);
    const why = find(".notice, .error", again?.closest("form") ?? document.createElement("i"));
    (why ?? again)?.focus();
    say(response.ok ? "Saved." : why?.textContent ?? "It could not be saved.");
  } catch (error) {
    form.removeAttribute("aria-busy");
    if (error.name !== "AbortError") say("Not saved: the server cannot be reached.");
  }
}
on("change", "select[data-quick]", (event, select) => {
  if (!select.form.hasAttribute("data-asked")) quick(select.form);
});
on("submit", "form.quick", (event, form) => { event.preventDefault(); quick(form); });
on("change", "input[data-quick]", (event, input) => {
  setTimeout(() => { if (input.isConnected && input.getAttribute("aria-expanded") !== "true") quick(input.form); }, 0);
});
on("focusin", "input[data-quick]", (event, input) => { input.before0 = input.value; });
on("focusout", "input[data-quick]", (event, input) => {
  if (input.isConnected && input.before0 !== undefined && input.value !== input.before0) quick(input.form);
});
on("keydown", "input[data-quick]", (event, input) => {
  if (event.key === "Escape") { input.value = input.defaultValue; input.before0 = input.value; input.blur(); }
});

// Files: what was chosen stands beside the button, and can be taken back.
function listFiles(input) {
  const list = find(".chosen", input.closest("form"));
  if (!list) return;
  list.replaceChildren(...[...input.files].map((file, i) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.className = "clip";
    name.dir = "auto";
    name.textContent = file.name;
    const size = document.createElement("span");
    size.className = "muted nowrap";
    size.textContent = file.size < 1e6 ? Math.max(1, Math.round(file.size / 1000)) + " kB" : (file.size / 1e6).toFixed(1) + " MB";
    const drop = document.createElement("button");
    drop.type = "button";
    drop.setAttribute("aria-label", "Take back " + file.name);
    drop.textContent = "×";
    drop.addEventListener("click", () => {
      const rest = new DataTransfer();
      [...input.files].forEach((other, j) => { if (j !== i) rest.items.add(other); });
      input.files = rest.files;
      listFiles(input);
    });
    item.append(name, size, drop);
    return item;
  }));
}
on("change", "input[data-files]", (event, input) => listFiles(input));
for (const type of ["dragenter", "dragover"]) {
  on(type, "form.composer", (event, form) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("drop");
  });
}
on("dragleave", "form.composer", (event, form) => {
  if (!form.contains(event.relatedTarget)) form.classList.remove("drop");
});
on("drop", "form.composer", (event, form) => {
  const input = find("input[type=file]", form);
  form.classList.remove("drop");
  if (!event.dataTransfer?.files.length || !input) return;
  event.preventDefault();
  const all = new DataTransfer();
  for (const file of [...input.files, ...event.dataTransfer.files]) all.items.add(file);
  input.files = all.files;
  listFiles(input);
});
// Without a file the form is sent plainly: it then outlives a session that has ended.
on("submit", "form.composer", (event, form) => {
  const input = find("input[type=file]", form);
  form.enctype = input?.files.length ? "multipart/form-data" : "application/x-www-form-urlencoded";
});
on("keydown", "form.composer textarea", (event, area) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    area.form.requestSubmit();
  } else if (event.key === "Escape") area.blur();
});

// r replies, n notes.
document.addEventListener("keydown", (event) => {
  if (typing(event) || event.defaultPrevented || find("dialog[open]")) return;
  const kind = { r: "public", n: "internal" }[event.key];
  const choice = kind && find(`#composer [name=kind][value=${kind}]`);
  if (!choice) return;
  event.preventDefault();
  choice.checked = true;
  find("#composer-text").focus();
}, true);
