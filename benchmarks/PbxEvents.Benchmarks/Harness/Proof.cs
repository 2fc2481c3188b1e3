using System.Globalization;
using PbxEvents.Benchmarks.Load;

namespace PbxEvents.Benchmarks.Harness;

/// <summary>How a contestant shows that it took every event.</summary>
internal enum Proof
{
    /// <summary>It cannot: it looks at nothing.</summary>
    None,

    /// <summary>It names the call of the last event.</summary>
    Last,

    /// <summary>It also tells what its ring holds: the oldest event's call, how many events with a name, and of how many calls.</summary>
    Ring,
}

/// <summary>
/// Judges what contestants say they took. All of them count, and wait until the count is reached; an event that was taken twice in
/// another's place, or was counted and not read, shows here.
/// </summary>
internal static class Proofs
{
    /// <summary>Judges one round.</summary>
    /// <param name="contestant">Who it was.</param>
    /// <param name="platform">Whose events it got.</param>
    /// <param name="line">What it told: COUNT MILLISECONDS CPU-MILLISECONDS BYTES, then LAST, then OLDEST KEPT CALLS.</param>
    /// <exception cref="InvalidOperationException">It did not get what was sent.</exception>
    public static void Check(Contestant contestant, string platform, string line)
    {
        var count = contestant.Count;
        var words = line.Split(' ');
        Expect("events", $"{count}", words[0]);
        if (contestant.Proof == Proof.None)
            return;
        var steps = CallFrames.StepsOf(platform);
        if (count % steps > 0 || Platform.BufferSize % steps > 0)
            throw new InvalidOperationException($"{contestant.Name} is to get whole calls of {steps} events.");
        ExpectCall("the last call", count / steps - 1, Word(4));
        if (contestant.Proof == Proof.Last)
            return;
        var kept = Math.Min(count, Platform.BufferSize);
        ExpectCall("the oldest call kept", (count - kept) / steps, Word(5));
        Expect("events kept", $"{kept}", Word(6));
        Expect("calls kept", $"{kept / steps}", Word(7));

        string Word(int at) => words.Length > at ? words[at] : "nothing";

        // The ids differ between platforms and libraries; the call's number is in all of them.
        void ExpectCall(string what, int number, string measured)
        {
            if (!measured.Contains(number.ToString(CallFrames.NumberFormat, CultureInfo.InvariantCulture), StringComparison.Ordinal))
                Expect(what, $"number {number}", measured);
        }

        void Expect(string what, string expected, string measured)
        {
            if (measured != expected)
                throw new InvalidOperationException($"{contestant.Name} did not take what was sent: {what}: {measured} in place of {expected}.");
        }
    }
}
