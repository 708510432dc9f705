package dev.scriptanalytics.api.route;

import dev.scriptanalytics.api.access.Caller;
import dev.scriptanalytics.api.access.Callers;
import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Questions;
import dev.scriptanalytics.api.clickhouse.RawAnswer;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.http.Fields;
import io.javalin.http.Context;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A request that was let in, and its answer. What it asks ends when its client goes away. */
public final class Exchange {
  private final Context context;
  private final Caller caller;
  private final Callers callers;
  private final Questions questions;
  private CompletionStage<Void> end = CompletableFuture.completedFuture(null);

  Exchange(Context context, Caller caller, Callers callers, Questions questions) {
    this.context = context;
    this.caller = caller;
    this.callers = callers;
    this.questions = questions;
  }

  /** The request and its answer. */
  public Context context() {
    return context;
  }

  /** Who asks. */
  public Caller caller() {
    return caller;
  }

  /** As {@link Caller#require}. */
  public void require(Permission permission, String purpose) {
    caller.require(permission, purpose);
  }

  /**
   * The account that the request is about.
   *
   * @param named the account that it names, or null
   */
  public String account(String named) {
    return callers.account(caller, named);
  }

  /** The account that the request is about, which the body or else a parameter names. */
  public String account(Fields parameters, Fields body) {
    String named = body.text("account");
    return account(named == null ? parameters.text("account") : named);
  }

  /** Has the answer go on after its route has returned, without a thread, until a stage ends. */
  public void stayOpenUntil(CompletionStage<Void> stage) {
    end = stage;
  }

  CompletionStage<Void> end() {
    return end;
  }

  /** Asks as the caller, and waits until the answer begins; who asks closes it. */
  public Rows ask(Query query) {
    return questions.ask(query);
  }

  /** As {@link #ask}, for an answer that is not looked at. */
  public RawAnswer askRaw(Query query) {
    return questions.askRaw(query);
  }

  /** As {@link #ask}, without waiting. */
  public CompletableFuture<Rows> askAsync(Query query) {
    return questions.askAsync(query);
  }
}
