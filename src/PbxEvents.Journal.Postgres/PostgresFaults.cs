using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace PbxEvents.Journal.Postgres;

/// <summary>The failures of a database, in one place, so that they read alike. No text holds a secret.</summary>
internal static class PostgresFaults
{
    public static PbxException NoSchema(string address, string why, string sql) => new(
        PbxErrorKind.PermissionDenied, $"There is no journal in the database '{address}', and this user may not make one: {why}",
        $"Let an administrator of the database run this there, or give the user the right to create a schema:{Environment.NewLine}{sql}")
    { Target = address, IsPermanent = true };

    public static PbxException TooOld(string address, string version) => new(
        PbxErrorKind.NotSupported, $"The server of '{address}' is PostgreSQL {version}. A journal needs PostgreSQL 13 or later.", "Update the server, or give another one.")
    { Target = address, IsPermanent = true };

    public static PbxException TransactionPooler(string address) => new(
        PbxErrorKind.NotSupported, $"Between this machine and the database '{address}' is a pooler such as PgBouncer that deals out connections by transactions. Then locks that hold workers apart hold nothing.",
        "Set pool_mode = session for this database, or give the address of the server itself.")
    { Target = address, IsPermanent = true };

    public static PbxException OtherOrder(string name, PbxOrderBy kept, PbxOrderBy asked) => new(
        PbxErrorKind.InvalidOption, $"The reaction '{name}' is kept in the order of {kept}; it cannot go on in the order of {asked}.",
        $"Give ‹OrderBy› {kept}, register it under another name, or forget how far it is with Remove-PbxReaction.")
    { Target = name, IsPermanent = true };

    public static PbxException NotHere(string address) => new(
        PbxErrorKind.JournalFailed, $"The link to the database '{address}' was lost.", "It is tried again each second.")
    { Target = address };

    /// <summary>The failure as a person can act on it; null for what is none of the database's.</summary>
    public static PbxException? Of(string address, Exception e) => e switch
    {
        PbxException => null,
        PostgresException p => Of(address, p),
        NpgsqlException => OfLink(address, e),
        TimeoutException or SocketException or IOException or ObjectDisposedException => OfLink(address, e),
        InvalidOperationException when e.Source == nameof(Npgsql) => OfLink(address, e),
        _ => null,
    };

    private static PbxException Of(string address, PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => new(
            PbxErrorKind.CredentialRefused, $"The server of '{address}' refused the user: {e.MessageText}", "Check ‹Credential›, and pg_hba.conf of the server.", e)
        { Target = address, IsPermanent = true },
        PostgresErrorCodes.InvalidCatalogName => new(
            PbxErrorKind.JournalFailed, $"The server has no database '{address}': {e.MessageText}", "Make it with createdb, or check ‹Database›.", e)
        { Target = address, IsPermanent = true },
        PostgresErrorCodes.InsufficientPrivilege => new(
            PbxErrorKind.PermissionDenied, $"The user has not the right to do that in '{address}': {e.MessageText}", "Give it the rights that about_PbxEvents_Workers lists.", e)
        { Target = address, IsPermanent = true },
        PostgresErrorCodes.DiskFull => JournalFaults.Full(address, e.MessageText),
        PostgresErrorCodes.ReadOnlySqlTransaction => new(
            PbxErrorKind.JournalReadOnly, $"The server of '{address}' takes no changes: {e.MessageText}", "Give the address of the primary server. It is tried again each second.", e)
        { Target = address },
        _ => new(PbxErrorKind.JournalFailed, $"The database '{address}' cannot be used: {e.MessageText} ({e.SqlState})", "Look into the server's log.", e) { Target = address },
    };

    private static PbxException OfLink(string address, Exception e)
    {
        var cause = e;
        while (cause.InnerException is { } inner)
            cause = inner;
        var (kind, advice) = cause switch
        {
            AuthenticationException => (PbxErrorKind.TlsFailed, "Give ‹Server› the name that its certificate is for. PGSSLROOTCERT names a file with the authority's certificate when the system does not trust it."),
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => (PbxErrorKind.HostNotFound, "Check ‹Server›, and the name service."),
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => (PbxErrorKind.ConnectionRefused, "Check ‹Server› and ‹Port›, and that the server runs and listens there (listen_addresses)."),
            _ when cause.Message.Contains("SSL", StringComparison.Ordinal) => (PbxErrorKind.TlsNotOffered, "Switch ssl on at the server. Without it, on a network you trust: ‹SslMode› Disable."),
            _ => (PbxErrorKind.JournalFailed, "Check the server and the network. It is tried again each second."),
        };
        return new PbxException(kind, $"The database '{address}' cannot be reached: {cause.Message}", advice, e) { Target = address };
    }
}
