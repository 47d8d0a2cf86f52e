// htmx as one shared instance, also for the pages' own scripts (import htmx from "@huikuan/htmx" is not needed:
// it is on window). Its settings that matter for the content security policy are in the page's meta tag.
import htmx from "htmx.org";

declare global {
  interface Window { htmx: typeof htmx }
}

window.htmx = htmx;
export default htmx;
