// Starts the page's three parts.

import * as api from "./api.js";
import * as live from "./live.js";
import * as pad from "./pad.js";
import * as photo from "./photo.js";

let collecting = false;

live.start();
pad.start();
photo.start(() => collecting);

try {
  collecting = (await api.health()).collecting;
  const { metadata, runtime } = await api.model();
  document.getElementById("model").prepend(`${metadata.model ?? "A model"} in ${runtime}. `);
} catch {
  // The live view says that the server does not answer.
}
