package dev.scriptanalytics.api.access;

import dev.scriptanalytics.api.clickhouse.Credentials;
import dev.scriptanalytics.api.error.ApiException;
import java.util.List;
import java.util.Set;

/**
 * A verified key and what it may see.
 *
 * @param accounts the accounts that it sees; {@code *} stands for all
 */
public record Caller(Credentials credentials, Set<Permission> permissions, List<String> accounts) {
  private static final String ALL = "*";

  /**
   * Fails unless the key has a permission.
   *
   * @param purpose the subject of the message, such as {@code Logs access}
   */
  public void require(Permission permission, String purpose) {
    if (!permissions.contains(permission)) {
      throw new ApiException(
              403,
              "INSUFFICIENT_PERMISSIONS",
              "%s requires %s permission".formatted(purpose, permission.title()))
          .with("requiredPermission", permission.title())
          .with("currentPermissions", permissions.stream().map(Permission::title).toList());
    }
  }

  /** Whether the key sees all accounts, those of the future included. */
  public boolean seesAll() {
    return accounts.contains(ALL);
  }

  /** Whether the key sees an account. */
  public boolean sees(String account) {
    return seesAll() || accounts.contains(account);
  }
}
