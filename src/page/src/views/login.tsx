// The login. It takes the place of the view, or lies over it where a session has ended; the address stays, so the
// view that a link meant is there afterwards.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { logIn, Problem } from "../state/api";

/** @param former the user whose session has ended */
export function Login({ ended, former }: { ended: boolean; former?: string }) {
  const [key, setKey] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      await logIn(key.trim(), former);
    } catch (problem) {
      setFailure(
        problem instanceof Problem && problem.status === 401
          ? "This key is not valid"
          : String((problem as Error).message),
      );
      setBusy(false);
      field.current?.focus();
    }
  };
  return (
    <main class={ended ? "login over" : "login"}>
      <form class="card" onSubmit={(event) => void submit(event)} aria-labelledby="login-title">
        <h1 id="login-title">{ended ? "Your session has ended" : "Log in to Script Analytics"}</h1>
        <p>{ended ? "Log in again to go on where you are." : "With the API key of your account."}</p>
        <label>
          API key
          <input
            ref={field}
            type="password"
            autocomplete="current-password"
            spellcheck={false}
            required
            value={key}
            aria-invalid={failure !== null}
            aria-describedby={failure ? "login-failure" : undefined}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        {failure && (
          <p class="error" id="login-failure" role="alert">
            {failure}
          </p>
        )}
        <button type="submit" class="button primary" disabled={busy}>
          Log in
        </button>
        <p class="note">
          On the local stack, <code>deploy/local/status</code> prints an address that logs in by itself.
        </p>
      </form>
    </main>
  );
}
