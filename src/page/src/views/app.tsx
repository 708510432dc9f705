// The page as a whole: login, choice of a script, or one of the views.
import { useEffect } from "preact/hooks";
import { go, tab } from "../state/address";
import { route, session, type Session } from "../state/api";
import { useAnswer } from "../state/query";
import { account, script, scriptTitle } from "../state/scope";
import { ErrorsView } from "./errors";
import { AccountOptions, Header, Tabs, TITLES } from "./header";
import { Login } from "./login";
import { LogsView } from "./logs";
import { OverviewView } from "./overview";
import { PatternsView } from "./patterns";
import { RejectedNotice, RejectedView } from "./rejected";
import { RunsView } from "./runs";
import { VersionsView } from "./versions";

const VIEWS = {
  runs: RunsView,
  logs: LogsView,
  errors: ErrorsView,
  patterns: PatternsView,
  versions: VersionsView,
  rejected: RejectedView,
};

export function App() {
  const who = useAnswer<Session>(route("session"));
  const view = tab.value;
  useEffect(() => {
    document.title = [scriptTitle.value, TITLES[view], "Script Analytics"].filter(Boolean).join(" · ");
  }, [scriptTitle.value, view]);
  const accounts = who.value?.accounts;
  useEffect(() => {
    // A key that sees one account need not choose.
    if (accounts?.length === 1 && accounts[0] !== "*" && !account.value) {
      go({ account: accounts[0]! }, view, true);
    }
  }, [accounts]);
  if (session.value === "none") {
    return <Login ended={false} />;
  }
  const View = VIEWS[view];
  return (
    <>
      <div class="frame" inert={session.value === "ended"}>
        <Header />
        {view === "rejected" ? (
          <RejectedView />
        ) : script.value !== null ? (
          <>
            <Tabs />
            <View key={script.value + view} />
          </>
        ) : (
          <Welcome />
        )}
      </div>
      {session.value === "ended" && <Login ended former={who.value?.user} />}
    </>
  );
}

/** Asks for what an address has to name before anything can be shown. */
function Welcome() {
  return account.value ? (
    <OverviewView />
  ) : (
    <main class="welcome">
      <section class="card">
        <h1>Choose an account</h1>
        <AccountOptions choose={(chosen) => go({ account: chosen })} first />
        <RejectedNotice />
      </section>
    </main>
  );
}
