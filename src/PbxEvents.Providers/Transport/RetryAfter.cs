using System.Net.Http.Headers;

namespace PbxEvents.Providers.Transport;

/// <summary>The Retry-After header, in both its forms.</summary>
internal static class RetryAfter
{
    /// <summary>How long the server asks to wait; null when it does not ask, or unreadably. Never negative.</summary>
    /// <param name="headers">The answer's headers.</param>
    /// <param name="clock">The clock for the form with a date.</param>
    /// <returns>The wait.</returns>
    public static TimeSpan? Read(HttpResponseHeaders headers, TimeProvider clock) => headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => TimeSpan.FromTicks(Math.Max(0, (date - clock.GetUtcNow()).Ticks)),
        _ => null,
    };
}
