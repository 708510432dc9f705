package dev.scriptanalytics.api.session;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptanalytics.api.access.Caller;
import dev.scriptanalytics.api.access.Gate;
import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.access.Seal;
import dev.scriptanalytics.api.access.Seal.Content;
import dev.scriptanalytics.api.access.Seal.Purpose;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.http.Answers;
import dev.scriptanalytics.api.http.Bodies;
import dev.scriptanalytics.api.http.JsonFields;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.http.Requests;
import dev.scriptanalytics.api.route.Exchange;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.HttpStatus;
import io.javalin.http.SameSite;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;

/**
 * Sessions of browsers. A session is a cookie with user and secret under seal, so the server keeps
 * nothing, and a user whose key is revoked has no session any more.
 */
public final class SessionRoutes {
  private static final Duration SESSION = Duration.ofHours(12);
  private static final Duration TICKET = Duration.ofMinutes(10);

  private final Gate gate;
  private final Seal seal;
  private final Requests requests;
  private final Supplier<URI> publicUrl;

  /**
   * The routes.
   *
   * @param publicUrl the server's address as browsers know it
   */
  public SessionRoutes(Gate gate, Seal seal, Requests requests, Supplier<URI> publicUrl) {
    this.gate = gate;
    this.seal = seal;
    this.requests = requests;
    this.publicUrl = publicUrl;
  }

  /** {@code POST /v2/session}: a key for a cookie. */
  public void logIn(Context context) {
    Parameters.read(context.queryString(), List.of());
    JsonFields body = Bodies.json(context);
    String key = body.text("key");
    body.finish();
    if (key == null) {
      throw ApiException.invalid("key", "the API key");
    }
    Caller caller = gate.login("Bearer " + key, requests.address(context));
    begin(context, caller);
  }

  /** {@code GET /login?ticket=…}: a ticket for a cookie, and on to the page. */
  public void logInByTicket(Context context) {
    String ticket = Parameters.read(context.queryString(), List.of("ticket")).text("ticket");
    Content content = ticket == null ? null : seal.open(Purpose.TICKET, ticket);
    if (content == null) {
      throw ApiException.unauthenticated("This login address has expired: ask for a new one");
    }
    setCookie(context, new Content(content.credentials(), until(SESSION)));
    context.status(HttpStatus.SEE_OTHER).header("Location", "/");
  }

  /** {@code DELETE /v2/session}: takes the cookie back. */
  public void logOut(Context context) {
    Parameters.read(context.queryString(), List.of());
    context.cookie(cookie("", Duration.ZERO));
    context.status(204);
  }

  /** {@code GET /v2/session}: who the caller is. */
  public void show(Exchange exchange) {
    Parameters.read(exchange.context().queryString(), List.of());
    String sealed =
        exchange.context().header("Authorization") == null
            ? requests.cookie(exchange.context())
            : null;
    Content session = sealed == null ? null : seal.open(Purpose.SESSION, sealed);
    write(exchange.context(), exchange.caller(), session == null ? null : session.expiry());
  }

  /** {@code POST /v2/session/tickets}: an address that logs a browser in as the caller. */
  public void issueTicket(Exchange exchange) {
    Parameters.read(exchange.context().queryString(), List.of());
    Bodies.json(exchange.context()).finish();
    Content content = new Content(exchange.caller().credentials(), until(TICKET));
    String ticket = seal.seal(Purpose.TICKET, content);
    Answers.json(
        exchange.context(),
        json -> {
          json.writeStartObject();
          json.writeStringField(
              "url", publicUrl.get().resolve("/login?ticket=" + ticket).toString());
          json.writeStringField("expiresAt", content.expiry().toString());
          json.writeEndObject();
        });
  }

  private void begin(Context context, Caller caller) {
    Content session = new Content(caller.credentials(), until(SESSION));
    setCookie(context, session);
    write(context, caller, session.expiry());
  }

  private void setCookie(Context context, Content session) {
    context.cookie(cookie(seal.seal(Purpose.SESSION, session), SESSION));
  }

  private Cookie cookie(String value, Duration age) {
    boolean secure = "https".equals(publicUrl.get().getScheme());
    return new Cookie(
        requests.cookieName(),
        value,
        "/",
        (int) age.toSeconds(),
        secure,
        true,
        null,
        SameSite.STRICT);
  }

  private static void write(Context context, Caller caller, Instant expiry) {
    Answers.json(
        context,
        json -> {
          json.writeStartObject();
          json.writeStringField("user", caller.credentials().user());
          writeTexts(
              json, "permissions", caller.permissions().stream().map(Permission::title).toList());
          writeTexts(json, "accounts", caller.accounts());
          json.writeStringField("expiresAt", expiry == null ? null : expiry.toString());
          json.writeEndObject();
        });
  }

  private static void writeTexts(JsonGenerator json, String name, List<String> texts)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  private static Instant until(Duration duration) {
    return Instant.now().plus(duration).truncatedTo(ChronoUnit.SECONDS);
  }
}
