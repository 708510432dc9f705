package dev.scriptanalytics.api.access;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.clickhouse.ClickHouse;
import dev.scriptanalytics.api.clickhouse.Credentials;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.error.ApiException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Verifies keys, and remembers those that ClickHouse accepted a short while ago.
 *
 * <p>A remembered caller saves a question per request. It cannot let anybody in: each query carries
 * the user and the secret, and ClickHouse checks both.
 */
public final class Callers {
  private static final int MOST = 10_000;
  private static final Duration PASSWORDS_REMEMBERED = Duration.ofHours(1);

  private final ClickHouse clickHouse;
  private final Recent<Caller> recent;
  private final Recent<List<String>> accountsOfAll;
  private final Recent<Boolean> withPassword = new Recent<>(PASSWORDS_REMEMBERED, MOST);

  /**
   * No callers yet.
   *
   * @param remembered for how long a caller is let in without asking
   */
  public Callers(ClickHouse clickHouse, Duration remembered) {
    this.clickHouse = clickHouse;
    this.recent = new Recent<>(remembered, MOST);
    this.accountsOfAll = new Recent<>(remembered, MOST);
  }

  /** The caller with a key if it is remembered, or null. */
  Caller remembered(Credentials credentials) {
    return recent.get(credentials.fingerprint());
  }

  /**
   * The caller with a key.
   *
   * @throws ApiException with status 401 if ClickHouse does not accept it
   */
  Caller verify(Credentials credentials) {
    JsonNode roles =
        clickHouse.ask(credentials, new Query().append("SELECT enabledRoles()")).single();
    requirePassword(credentials);
    Set<Permission> permissions = Permission.ofRoles(texts(roles.get(0)));
    // Each permission comes with the right to ask for the accounts.
    List<String> accounts =
        permissions.isEmpty()
            ? List.of()
            : texts(
                clickHouse
                    .ask(
                        credentials,
                        new Query()
                            .append("SELECT groupArray(account)")
                            .append(" FROM script_analytics.visible_accounts"))
                    .single()
                    .get(0));
    Caller caller = new Caller(credentials, permissions, accounts);
    recent.put(credentials.fingerprint(), caller);
    return caller;
  }

  /**
   * Refuses a user without a password, whom ClickHouse lets in with any secret. Such a user is
   * meant for ClickHouse's own machine, and this server may run there.
   */
  private void requirePassword(Credentials credentials) {
    if (withPassword.get(credentials.user()) != null) {
      return;
    }
    Credentials guess = new Credentials(credentials.user(), UUID.randomUUID().toString());
    if (isAccepted(guess)) {
      throw ApiException.unauthenticated("The key is not valid");
    }
    withPassword.put(credentials.user(), true);
  }

  private boolean isAccepted(Credentials credentials) {
    try {
      clickHouse.ask(credentials, new Query().append("SELECT 1")).single();
      return true;
    } catch (ApiException e) {
      if (e.status() == 401) {
        return false;
      }
      throw e;
    }
  }

  /**
   * The account that a request is about.
   *
   * @param named the account that it names, or null
   * @throws ApiException with status 400 if it must name one, 403 if it may not see it
   */
  public String account(Caller caller, String named) {
    if (named != null) {
      if (caller.sees(named)) {
        return named;
      }
      throw new ApiException(
              403, "ACCOUNT_NOT_ALLOWED", "This key does not see the account, or there is none")
          .with("account", named);
    }
    List<String> accounts = caller.seesAll() ? existing(caller) : caller.accounts();
    if (accounts.size() == 1) {
      return accounts.get(0);
    }
    if (accounts.isEmpty() && !caller.seesAll()) {
      throw new ApiException(403, "ACCOUNT_NOT_ALLOWED", "This key sees no account");
    }
    throw ApiException.invalid("account", "the name of an account, since this key sees several")
        .with("accounts", accounts.stream().limit(100).toList());
  }

  /** The accounts that have runs. */
  private List<String> existing(Caller caller) {
    String key = caller.credentials().fingerprint();
    List<String> known = accountsOfAll.get(key);
    if (known == null) {
      known =
          texts(
              clickHouse
                  .ask(
                      caller.credentials(),
                      new Query()
                          .append("SELECT groupArray(account) FROM script_analytics.accounts"))
                  .single()
                  .get(0));
      accountsOfAll.put(key, known);
    }
    return known;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return List.copyOf(texts);
  }
}
