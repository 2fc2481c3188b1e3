namespace PbxEvents;

/// <summary>
/// A failure that a person can act on: what happened, to what, and what to do. Texts never hold a secret.
/// </summary>
/// <param name="kind">What went wrong.</param>
/// <param name="message">What happened, to what, and why, in one or two sentences.</param>
/// <param name="advice">What to check or do next.</param>
/// <param name="innerException">The cause, or null.</param>
public sealed class PbxException(PbxErrorKind kind, string message, string advice, Exception? innerException = null)
    : Exception(OptionWords.Say(VisibleText.OfMessage(message)), innerException)
{
    private readonly string? _target;
    private readonly string? _code;

    /// <summary>What went wrong.</summary>
    public PbxErrorKind Kind { get; } = kind;

    /// <summary>What to check or do next.</summary>
    public string Advice { get; } = OptionWords.Say(VisibleText.OfMessage(advice));

    /// <summary>What it happened to: a host, a topic, an option. Null when the connection itself is meant.</summary>
    public string? Target
    {
        get => _target;
        init => _target = value is null ? null : OptionWords.Say(VisibleText.OfValue(value));
    }

    /// <summary>The platform's own code for it, when it gave one (an HTTP status, <c>SUB-508</c>, <c>60002</c>).</summary>
    public string? Code
    {
        get => _code;
        init => _code = VisibleText.OfValue(value);
    }

    /// <summary>The shortest wait the platform asked for; zero when it is best to try again at once; null when it did not ask.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// True when trying again cannot help (a refused credential): the connection stops at once, because repeating
    /// it can get the address blocked. Default false.
    /// </summary>
    public bool IsPermanent { get; init; }

    /// <summary>True for an end that belongs to normal operation (a session's maximum age): restored, but not an error.</summary>
    internal bool IsRoutine { get; init; }

    /// <summary>The failure in one line, without a stack: it describes a network or a platform, not a place in the code.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"{Kind}: {Message}";
}
