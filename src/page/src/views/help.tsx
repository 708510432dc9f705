// The dialog that lists the keys.
import { useRef } from "preact/hooks";
import { keys, lettersAct, setLettersAct, useKeys } from "../state/keys";

const IN_LISTS: [string, string][] = [
  ["↑ ↓ ← →", "Move in a list"],
  ["Enter", "Open the row"],
  ["M", "Filter for or against the value of the cell"],
];

const NAMES: Record<string, string> = { Escape: "Esc" };

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useKeys([{ key: "?", title: "Show the keys", press: () => dialog.current?.showModal() }]);
  const seen = new Map(keys.value.map((one) => [one.key, one.title]));
  return (
    <>
      <button
        type="button"
        class="button square"
        title="Keys (?)"
        aria-label="Show the keys"
        onClick={() => dialog.current?.showModal()}
      >
        ?
      </button>
      <dialog
        ref={dialog}
        class="keys"
        aria-labelledby="keys-title"
        onClick={(event) => event.target === dialog.current && dialog.current?.close()}
      >
        <h2 id="keys-title">Keys</h2>
        <dl>
          {[...[...seen].map(([key, title]) => [NAMES[key] ?? key.toUpperCase(), title] as const), ...IN_LISTS].map(
            ([key, title]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{title}</dd>
              </div>
            ),
          )}
        </dl>
        <label class="check">
          <input
            type="checkbox"
            checked={lettersAct.value}
            onChange={(event) => setLettersAct(event.currentTarget.checked)}
          />
          Single letters and digits act
        </label>
        <form method="dialog">
          <button class="button">Close</button>
        </form>
      </dialog>
    </>
  );
}
