// Everything a page needs works without this file. It keeps the live feed going and nothing else.

declare global {
  interface Window {
    readonly trustedTypes?: { createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): unknown } };
  }
}

/** Accepts markup from this node's own event stream only; the page's policy refuses any other way to set it. */
const markup = window.trustedTypes?.createPolicy("rabet", { createHTML: (text) => text });

function element(text: string): HTMLLIElement | null {
  const box = document.createElement("template");
  box.innerHTML = (markup?.createHTML(text) ?? text) as string;
  return box.content.querySelector("li");
}

/** A list of events that grows at its top. What arrives while the reader is further down waits behind a button. */
class Feed {
  private waiting: HTMLLIElement[] = [];
  private readonly list: HTMLElement;
  private readonly warnings: HTMLElement;
  private readonly button: HTMLButtonElement;
  private source: EventSource | undefined;
  private last: string;

  constructor(private readonly root: HTMLElement) {
    this.list = this.part("[data-feed-list]");
    this.warnings = this.part("[data-feed-warnings] ul");
    this.button = this.part("[data-feed-more]") as HTMLButtonElement;
    this.last = root.dataset["feedAfter"] ?? "0";
    this.button.addEventListener("click", () => this.show(true));
    window.addEventListener("scroll", () => this.undisturbed() && this.show(false), { passive: true });
    window.addEventListener("pagehide", () => this.source?.close());
    window.addEventListener("pageshow", (event) => event.persisted && this.connect());
    this.connect();
  }

  private part(selector: string): HTMLElement {
    const found = this.root.querySelector<HTMLElement>(selector);
    if (!found) throw new Error(`the page lacks ${selector}`);
    return found;
  }

  /** The browser reconnects by itself and names the last event it has; a refusal (signed out) ends that, and we say so. */
  private connect(): void {
    this.source?.close();
    const address = new URL(this.root.dataset["feedStream"] ?? "", location.href);
    address.searchParams.set("after", this.last);
    const source = new EventSource(address);
    this.source = source;
    source.addEventListener("open", () => this.say("live"));
    source.addEventListener("error", () => this.say(source.readyState === EventSource.CLOSED ? "ended" : "broken"));
    source.addEventListener("entry", (event) => this.take(event));
  }

  private take(event: MessageEvent<string>): void {
    if (Number(event.lastEventId) <= Number(this.last)) return;
    this.last = event.lastEventId;
    const item = element(event.data);
    if (!item) return;
    if (item.classList.contains("gone")) this.forget(item.dataset["record"]);
    if (item.classList.contains("danger")) this.warn(item);
    this.waiting = this.waiting.filter((one) => one.dataset["key"] !== item.dataset["key"]).concat(item);
    if (this.undisturbed()) this.show(false);
    else this.count();
  }

  /** A recalled record leaves the page at once, wherever it stands. */
  private forget(record: string | undefined): void {
    for (const old of this.root.querySelectorAll<HTMLElement>(`li[data-record="${record}"]`)) old.remove();
    this.waiting = this.waiting.filter((one) => one.dataset["record"] !== record);
    this.part("[data-feed-warnings]").hidden = this.warnings.childElementCount === 0;
  }

  /** A danger warning never waits: it goes above everything, and is read out. */
  private warn(item: HTMLLIElement): void {
    this.warnings.querySelector(`[data-record="${item.dataset["record"]}"]`)?.remove();
    this.warnings.prepend(item.cloneNode(true));
    this.part("[data-feed-warnings]").hidden = false;
  }

  /** Puts what waits at the top; the older line about the same thing goes. */
  private show(asked: boolean): void {
    for (const item of this.waiting.splice(0)) {
      this.list.querySelector(`[data-key="${item.dataset["key"]}"]`)?.remove();
      item.classList.add("fresh");
      setTimeout(() => item.classList.remove("fresh"), 8000);
      this.list.prepend(item);
    }
    const most = Number(this.root.dataset["feedMost"] ?? "200");
    while (this.list.childElementCount > most) this.list.lastElementChild?.remove();
    this.part("[data-feed-empty]").hidden = this.list.childElementCount > 0;
    this.count();
    if (!asked) return;
    window.scrollTo({ top: 0 });
    this.list.querySelector<HTMLElement>("a")?.focus({ preventScroll: true });
  }

  /** The words for "n new" come from the server, one form per plural category of the reader's language. */
  private count(): void {
    const number = this.waiting.length;
    const language = document.documentElement.lang;
    const words = this.button.dataset[new Intl.PluralRules(language).select(number)] || this.button.dataset["other"] || "%";
    this.button.textContent = words.replace("%", new Intl.NumberFormat(language).format(number));
    this.button.hidden = number === 0;
    document.title = (number ? `(${number}) ` : "") + document.title.replace(/^\(\d+\) /, "");
  }

  private say(state: string): void {
    for (const one of this.root.querySelectorAll<HTMLElement>("[data-state]")) one.hidden = one.dataset["state"] !== state;
  }

  /** At the top of the page, and not at work in the list with the keyboard. */
  private undisturbed(): boolean {
    return window.scrollY < 40 && !this.list.contains(document.activeElement);
  }
}

for (const root of document.querySelectorAll<HTMLElement>("[data-feed-stream]")) new Feed(root);

export {};
