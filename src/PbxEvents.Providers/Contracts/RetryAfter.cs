using System.Net.Http.Headers;

namespace PbxEvents.Providers.Contracts;

/// <summary>The Retry-After header, in both its forms.</summary>
internal static class RetryAfter
{
    /// <summary>How long the server asks to wait; null when it does not ask. Never negative.</summary>
    /// <param name="header">The header; null when it is absent or unreadable.</param>
    /// <param name="clock">The clock for the form with a date.</param>
    /// <returns>The wait.</returns>
    public static TimeSpan? Read(RetryConditionHeaderValue? header, TimeProvider clock) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => TimeSpan.FromTicks(Math.Max(0, (date - clock.GetUtcNow()).Ticks)),
        _ => null,
    };

    /// <summary>As above, from the headers of a refused WebSocket upgrade.</summary>
    /// <param name="headers">The answer's headers; null for none.</param>
    /// <param name="clock">The clock for the form with a date.</param>
    /// <returns>The wait.</returns>
    public static TimeSpan? Read(IReadOnlyDictionary<string, IEnumerable<string>>? headers, TimeProvider clock) =>
        headers is not null && headers.TryGetValue("Retry-After", out var values)
            && RetryConditionHeaderValue.TryParse(values.FirstOrDefault(), out var header)
            ? Read(header, clock)
            : null;
}
