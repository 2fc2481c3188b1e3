using System.Globalization;
using System.Text;

namespace PbxEvents.Benchmarks.Load;

/// <summary>The frames of many calls, made from the recorded frames of one (the .jsonl files beside this one).</summary>
internal static class CallFrames
{
    /// <summary>How a call's number is written in its ids.</summary>
    public const string NumberFormat = "00000000";

    /// <summary>The file that a platform's calls are made from; <c>{c}</c> in it stands for the call's number.</summary>
    public static string PathOf(string platform) => Path.Combine(AppContext.BaseDirectory, "Load", $"{platform.ToLowerInvariant()}.jsonl");

    /// <summary>How many events a call has.</summary>
    public static int StepsOf(string platform) => File.ReadAllLines(PathOf(platform)).Length;

    /// <summary>Makes frames.</summary>
    /// <param name="platform">Whose.</param>
    /// <param name="count">How many.</param>
    /// <param name="callsAtOnce">How many calls are in progress at a time.</param>
    public static byte[][] Make(string platform, int count, int callsAtOnce = 1)
    {
        var steps = File.ReadAllLines(PathOf(platform));
        var frames = new byte[count][];
        var block = steps.Length * callsAtOnce;
        for (var i = 0; i < count; i++)
        {
            // All calls of a block make their first step, then all their second.
            var call = (i / block * callsAtOnce) + (i % block % callsAtOnce);
            var step = steps[i % block / callsAtOnce];
            frames[i] = Encoding.UTF8.GetBytes(step.Replace("{c}", call.ToString(NumberFormat, CultureInfo.InvariantCulture), StringComparison.Ordinal));
        }
        return frames;
    }
}
