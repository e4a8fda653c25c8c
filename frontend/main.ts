// Everything a page needs works without this file; it only adds what a browser can do by itself.
document.documentElement.dataset["script"] = "on";

export {};
