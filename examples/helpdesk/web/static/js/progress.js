// Long work: the part of the page that shows it is asked for again until it is done.
enhance(() => {
  const part = find("[data-poll]");
  if (!part || part.polling) return;
  part.polling = true;
  setTimeout(async () => {
    try {
      const { page } = await fetchPage(location.href);
      const fresh = find("#" + part.id, page);
      if (!fresh) return;
      part.replaceWith(fresh);
      const head = find(".page-head", page);
      if (head) find(".page-head").replaceWith(head);
      enhanceAgain(fresh);
      if (!fresh.hasAttribute("data-poll")) say("The work is done.");
    } catch {
      part.polling = false;
      setTimeout(() => enhanceAgain(part), 2000);
    }
  }, Number(part.dataset.poll) || 500);
});

// A file can be dropped on the field, and its name stands on the button.
on("change", "input[type=file][data-go]", (event, input) => {
  if (input.files.length > 0) say(input.files[0].name + " chosen");
});
