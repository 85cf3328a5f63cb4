// The view as a link, the figures as files, another crisis from a zip.
import { el } from "/page/dom.js";
import { upload } from "/page/api.js";
import { TEXT } from "/page/strings.js";
import { options, state, toHash } from "/page/state.js";

export function showOut(box, page) {
  const words = TEXT.out;
  const link = el("input", { type: "text", readonly: true, "aria-label": words.link, id: "link", value: location.origin + "/" + toHash() });
  const copy = el("button", { type: "button", onclick: async () => { link.value = location.origin + "/" + toHash(); link.select(); try { await navigator.clipboard.writeText(link.value); page.notice(words.copied); } catch { /* it is selected */ } } }, words.link);
  const files = Object.entries(words.formats).map(([format, text]) => {
    const button = el("button", { type: "button", "data-format": format, onclick: async () => {
      button.disabled = true;
      const before = button.textContent;
      button.textContent = words.making;
      try {
        const { blob, name } = await page.ask("/api/exports", page.request(options().filter((o) => !o.baseline), state.results.full.futures, { format }), { file: true });
        const at = URL.createObjectURL(blob);
        el("a", { href: at, download: name }).click();
        setTimeout(() => URL.revokeObjectURL(at), 60000);
      } catch (error) { page.notice(TEXT.failed(error.message), true); }
      button.disabled = false; button.textContent = before;
    } }, text);
    return el("li", {}, button);
  });
  const file = el("input", { type: "file", id: "upload", accept: ".zip,application/zip", onchange: async () => {
    try { const found = await upload(file.files[0]); page.notice(words.uploaded(found.name)); location.hash = `#c=${found.crisis}`; location.reload(); } catch (error) { page.notice(TEXT.failed(error.message), true); }
  } });
  box.replaceChildren(el("p", {}, words.intro), el("div", { class: "link" }, link, copy), el("ul", { class: "files" }, files), el("p", {}, el("label", { for: "upload" }, words.upload), " ", file));
}
