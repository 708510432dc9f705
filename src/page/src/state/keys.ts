// Keys of the keyboard. A view adds its own while it is shown; the dialog of keys lists all that are there.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

export interface Key {
  key: string;
  title: string;
  press: () => void;
}

export const keys = signal<Key[]>([]);

const SETTING = "script-analytics-keys";

/** Whether single letters act; who speaks to the computer may turn them off. */
export const lettersAct = signal(localStorage.getItem(SETTING) !== "off");

export function setLettersAct(act: boolean): void {
  lettersAct.value = act;
  localStorage.setItem(SETTING, act ? "on" : "off");
}

/** Adds keys while the component is shown; the newest of one letter wins. */
export function useKeys(own: Key[]): void {
  const latest = useRef(own);
  latest.current = own;
  useEffect(() => {
    const added = own.map((one, i) => ({ ...one, press: () => latest.current[i]?.press() }));
    keys.value = [...keys.value, ...added];
    return () => {
      keys.value = keys.value.filter((one) => !added.includes(one));
    };
  }, [own.map((one) => one.key).join()]);
}

export function listenForKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const target = event.target;
    // A dialog that has just been closed keeps the focus until the next frame.
    const typing =
      target instanceof Element &&
      target.closest("input, textarea, select, [role=menu], dialog") &&
      !target.closest("dialog:not([open])");
    if (typing || (event.key.length === 1 && !lettersAct.peek())) {
      return;
    }
    const found = keys.peek().findLast((one) => one.key === event.key || one.key === event.key.toLowerCase());
    if (found) {
      event.preventDefault();
      found.press();
    }
  });
}
