using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.Core;

/// <summary>The tokens a simulator gave out. Derived from its seed; they expire by its clock. Safe from any thread.</summary>
/// <param name="ids">Where the tokens' texts come from.</param>
/// <param name="clock">The clock.</param>
internal sealed class TokenStore(SimulatedIds ids, TimeProvider clock)
{
    private readonly Dictionary<string, SimulatedToken> _tokens = new(StringComparer.Ordinal);
    private readonly object _lock = new();
    private int _last;

    /// <summary>How many tokens of a kind are valid.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>The number.</returns>
    public int CountOf(string kind)
    {
        lock (_lock)
            return _tokens.Values.Count(t => t.Kind == kind && IsAlive(t));
    }

    /// <summary>Makes a token.</summary>
    /// <param name="kind">What it is good for, such as <c>access</c> or <c>refresh</c>.</param>
    /// <param name="owner">Whose it is: a user, an OAuth session.</param>
    /// <param name="lifetime">How long it lives; null for ever.</param>
    /// <returns>The token.</returns>
    public SimulatedToken Issue(string kind, string owner, TimeSpan? lifetime)
    {
        lock (_lock)
        {
            var text = ids.Hex($"{kind} token {++_last}", 48);
            return _tokens[text] = new SimulatedToken(text, kind, owner, lifetime is { } time ? clock.GetUtcNow() + time : null);
        }
    }

    /// <summary>Looks a token up.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="kind">The kind it must have.</param>
    /// <returns>The token when it is valid; else null.</returns>
    public SimulatedToken? Find(string? text, string kind)
    {
        lock (_lock)
            return text is not null && _tokens.TryGetValue(text, out var t) && t.Kind == kind && IsAlive(t) ? t : null;
    }

    /// <summary>True when a token was given out once, whether it lives or not.</summary>
    /// <param name="text">Its text.</param>
    /// <returns>True for a known one.</returns>
    public bool IsKnown(string text)
    {
        lock (_lock)
            return _tokens.ContainsKey(text);
    }

    /// <summary>Ends the tokens that match.</summary>
    /// <param name="match">True for a token to end. It must not use the store.</param>
    public void Expire(Func<SimulatedToken, bool> match)
    {
        lock (_lock)
        {
            foreach (var token in _tokens.Values.Where(match).ToList())
                _tokens[token.Text] = token with { ExpiresAt = DateTimeOffset.MinValue };
        }
    }

    private bool IsAlive(SimulatedToken token) => token.ExpiresAt is not { } end || clock.GetUtcNow() < end;
}

/// <summary>A token.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Kind">What it is good for.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="ExpiresAt">When it ends; null for never.</param>
internal sealed record SimulatedToken(string Text, string Kind, string Owner, DateTimeOffset? ExpiresAt);
