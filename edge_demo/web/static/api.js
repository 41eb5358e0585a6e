// Calls to the server. Each answers with data, or throws an Error whose message is a sentence.

async function sentence(response) {
  try {
    return (await response.json()).error || `The server answered ${response.status}.`;
  } catch {
    return `The server answered ${response.status}.`;
  }
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer; it is tried again.");
  }
  if (!response.ok) throw new Error(await sentence(response));
  return response;
}

/** Reads a picture (a Blob). `annotated` asks for it back with boxes; `quick` is as a camera's frame. */
export async function read(picture, { name = "picture", annotated = false, quick = false, signal } = {}) {
  const flag = (on) => (on ? "1" : "0");
  const query = new URLSearchParams({ details: "1", annotated: flag(annotated), quick: flag(quick), name });
  const response = await call(`api/read?${query}`, { method: "POST", body: picture, signal });
  return response.json();
}

/** The frame after this number: {facts, picture}, or {message} while there is none. */
export async function frame(after, boxes, attention, signal) {
  const query = new URLSearchParams({ after, boxes: boxes ? "1" : "0", attention: attention ? "1" : "0" });
  const response = await call(`api/frame?${query}`, { signal });
  if (response.headers.get("content-type") !== "image/jpeg") return response.json();
  return { facts: JSON.parse(response.headers.get("x-frame")), picture: await response.blob() };
}

/** Says what a digit is; the server keeps its image for training. */
export async function correct(digit, image) {
  const response = await call("api/corrections", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ digit, image }),
  });
  return response.json();
}

export async function health() {
  return (await call("api/health")).json();
}

export async function model() {
  return (await call("api/model")).json();
}
