namespace PbxEvents.Providers.Contracts;

/// <summary>
/// The side of a platform that needs HTTP: tokens, host look-ups, snapshots. One driver belongs to one connection; its
/// methods are called off the connection's loop, at most one of <see cref="PrepareAsync"/> and
/// <see cref="RenewCredentialAsync"/> at a time.
/// </summary>
/// <param name="context">What it works with.</param>
internal abstract class PlatformDriver(DriverContext context)
{
    private static readonly IReadOnlyDictionary<string, string> NoKeys = new Dictionary<string, string>();

    /// <summary>What it works with.</summary>
    protected DriverContext Context { get; } = context;

    /// <summary>Host and port for people to read; never a secret. Final after the first <see cref="PrepareAsync"/>.</summary>
    public abstract string Server { get; }

    /// <summary>The pauses between attempts. Default 1 s to 60 s.</summary>
    public virtual BackoffPolicy Backoff => BackoffPolicy.Default;

    /// <summary>
    /// Reads the platform's call records; null where that is not built yet. It works with the driver's token, so it is asked after the
    /// first <see cref="PrepareAsync"/>.
    /// </summary>
    public virtual RecordReader? Records => null;

    /// <summary>The names behind numbers and ids; null where there are none to be had. Asked as <see cref="Records"/> is.</summary>
    public virtual DirectoryReader? Directory => null;

    /// <summary>
    /// Whose events they are, as far as the login tells, so that the state of another account is known. It never changes, and never is a
    /// secret. Default domain, user and client id.
    /// </summary>
    public virtual string Account =>
        string.Join(' ', new[] { Context.Options.Domain, Context.Options.UserName, Context.Options.ClientId }.Where(t => !string.IsNullOrEmpty(t)));

    /// <summary>Another number whenever <see cref="ExportKeys"/> would give something else. Any thread.</summary>
    public virtual long KeysVersion => 0;

    /// <summary>
    /// What the next process should find again with <c>-StatePath</c>, by names of the driver's own, besides calls and times; bounded by
    /// the driver, and nothing that a login consists of. Any thread; it is not touched afterwards.
    /// </summary>
    /// <param name="since">What was over before this moment is not asked for again.</param>
    /// <returns>The keys.</returns>
    public virtual IReadOnlyDictionary<string, string> ExportKeys(DateTimeOffset since) => NoKeys;

    /// <summary>What <see cref="ExportKeys"/> of an earlier process gave. Once, before the first <see cref="PrepareAsync"/>.</summary>
    /// <param name="keys">The keys; those that are not known, or cannot be read, are passed over.</param>
    public virtual void ImportKeys(IReadOnlyDictionary<string, string> keys)
    {
    }

    /// <summary>Makes the connection's session.</summary>
    /// <param name="host">Its host.</param>
    /// <returns>The session.</returns>
    public abstract ProtocolSession CreateSession(ISessionHost host);

    /// <summary>Gets ready for one attempt: a token that lives, addresses to try in order.</summary>
    /// <param name="plan">What the session wants.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>At least one target, and what the session gets.</returns>
    /// <exception cref="PbxException">It cannot be; permanent when trying again cannot help.</exception>
    public abstract Task<LinkOffer> PrepareAsync(LinkPlan plan, CancellationToken cancellationToken);

    /// <summary>Gets a fresh token for a session that asked for one.</summary>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>What the session gets; the token is there.</returns>
    /// <exception cref="PbxException">There is none to be had.</exception>
    public virtual Task<LinkTicket> RenewCredentialAsync(CancellationToken cancellationToken) => Task.FromResult(LinkTicket.None);

    /// <summary>A link opened. Any thread.</summary>
    /// <param name="target">Where it leads.</param>
    public virtual void Reached(LinkTarget target)
    {
    }

    /// <summary>Looks up the platform's present state, as far as it can be asked.</summary>
    /// <param name="wanted">What the session wants to know.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The answers, as they come.</returns>
    public virtual async IAsyncEnumerable<Snapshot> GetSnapshotsAsync(
        SnapshotRequest wanted,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield break;
    }

    /// <summary>Gives back what was acquired (tokens). Failures are of no consequence and are only logged.</summary>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>When done.</returns>
    public virtual Task ReleaseAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>What a driver works with.</summary>
/// <param name="Options">The user's options.</param>
/// <param name="Http">HTTP with the connection's TLS and proxy rules.</param>
/// <param name="Log">Adds a line to the connection's activity log. No secrets.</param>
internal sealed record DriverContext(PbxConnectOptions Options, IHttpClient Http, Action<string> Log)
{
    /// <summary>The clock. A driver never asks another one.</summary>
    public TimeProvider Clock => Options.Transport.Clock;
}
