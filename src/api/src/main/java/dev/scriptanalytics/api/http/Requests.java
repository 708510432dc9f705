package dev.scriptanalytics.api.http;

import io.javalin.http.Context;
import java.util.UUID;

/** What a request says about itself besides its parameters: its id, its sender and its cookie. */
public final class Requests {
  /** The attribute of a request that has its id. */
  public static final String ID = "request-id";

  /** The attribute of a request that has the user whose key it was let in with. */
  public static final String USER = "request-user";

  private final String cookieName;
  private final int trustedProxies;

  /**
   * Reads requests.
   *
   * @param cookieName the cookie that holds a session
   * @param trustedProxies how many proxies add the address they saw to {@code X-Forwarded-For}
   */
  public Requests(String cookieName, int trustedProxies) {
    this.cookieName = cookieName;
    this.trustedProxies = trustedProxies;
  }

  /** The name of the cookie that holds a session. */
  public String cookieName() {
    return cookieName;
  }

  /** The session that a browser sends, or null. */
  public String cookie(Context context) {
    return context.cookie(cookieName);
  }

  /**
   * The address of the client. What it says itself in {@code X-Forwarded-For} is not believed: only
   * as many addresses from the end are read as there are proxies.
   */
  public String address(Context context) {
    String forwarded = context.header("X-Forwarded-For");
    if (trustedProxies == 0 || forwarded == null) {
      return context.ip();
    }
    String[] addresses = forwarded.split(",", -1);
    return addresses[Math.max(0, addresses.length - trustedProxies)].strip();
  }

  /** Gives a request an id that no other has, and tells it to the client. */
  public void identify(Context context) {
    String id = UUID.randomUUID().toString();
    context.attribute(ID, id);
    context.header("X-Request-Id", id);
  }

  /** The id of a request. */
  public String id(Context context) {
    return context.attribute(ID);
  }

  /** Notes for the access log whose key it was. */
  public void setUser(Context context, String user) {
    context.attribute(USER, user);
  }
}
