// Talks to the server: asks, listens to progress, fetches the answer, gives up.
import { TEXT } from "./strings.js";

export class Fault extends Error {}

async function said(response) {
  let why = `${response.status}`;
  try { const body = await response.json(); why = body.detail || why; if (body.faults) why += ": " + body.faults.map((f) => `${f.where}: ${f.what}`).join("; "); } catch { /* not JSON */ }
  return new Fault(why);
}

const TRIES = 4;

/** Fetch; where the server is full or busy and says when to come back, come back a few times. */
async function go(path, options = {}) {
  for (let tried = 1; ; tried += 1) {
    const response = await fetch(path, { credentials: "same-origin", ...options });
    const after = Number(response.headers.get("Retry-After"));
    if (![429, 503].includes(response.status) || !after || tried === TRIES) return response;
    await new Promise((wake) => setTimeout(wake, 1000 * after));
  }
}

export async function get(path) {
  const response = await go(path);
  if (!response.ok) throw await said(response);
  return response.json();
}

export async function ready(tell) {
  for (;;) {
    try {
      const health = await get("/api/health");
      if (health.fault) throw new Fault(health.fault);
      if (health.ready) return;
      tell(TEXT.loading);
    } catch (error) {
      if (error instanceof Fault) throw error;
      tell(TEXT.offline);
    }
    await new Promise((wake) => setTimeout(wake, 500));
  }
}

function over(id, tell, signal) {
  return new Promise((resolve, reject) => {
    const events = new EventSource(`/api/jobs/${id}/events`);
    const stop = () => { events.close(); reject(new DOMException("given up", "AbortError")); };
    signal?.addEventListener("abort", stop);
    events.onmessage = (event) => {
      const status = JSON.parse(event.data);
      tell?.(status);
      if (["done", "failed", "cancelled"].includes(status.state)) { events.close(); resolve(status); }
    };
    events.onerror = () => { events.close(); reject(new Fault(TEXT.offline)); };
  });
}

/** Ask for work and wait for it; aborting the signal gives the request up on the server too. */
export async function ask(path, body, { tell, signal, file = false } = {}) {
  const posted = await go(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });
  if (!posted.ok) throw await said(posted);
  let status = await posted.json();
  if (status.state !== "done") {
    const away = () => fetch(`/api/jobs/${status.id}`, { method: "DELETE", keepalive: true }).catch(() => {});
    signal?.addEventListener("abort", away, { once: true });
    status = await over(status.id, tell, signal);
    signal?.removeEventListener("abort", away);
  }
  const answer = await go(`/api/jobs/${status.id}/result`, { signal });
  if (!answer.ok) throw await said(answer);
  if (!file) return answer.json();
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "")?.[1] || "file";
  return { blob: await answer.blob(), name };
}

export async function upload(file) {
  const response = await go("/api/crises", { method: "POST", headers: { "Content-Type": "application/zip" }, body: file });
  if (!response.ok) throw await said(response);
  return response.json();
}
