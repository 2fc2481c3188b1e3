using System.Globalization;

namespace PbxEvents.Benchmarks.Harness;

/// <summary>What a contestant told of one round.</summary>
/// <param name="Count">How many events.</param>
/// <param name="Milliseconds">From the first to the last.</param>
/// <param name="CpuMilliseconds">The processor time of the contestant's process; NaN when it cannot tell.</param>
/// <param name="Bytes">What it allocated; NaN when it cannot tell.</param>
internal sealed record Round(int Count, double Milliseconds, double CpuMilliseconds, double Bytes)
{
    public double EventsPerSecond => Count / Milliseconds * 1000;

    public double CpuMicrosecondsPerEvent => CpuMilliseconds * 1000 / Count;

    public double BytesPerEvent => Bytes / Count;

    /// <summary>Reads <c>COUNT MILLISECONDS CPU-MILLISECONDS BYTES</c> and leaves what follows; a dash stands for what is not known.</summary>
    public static Round Parse(string line)
    {
        var words = line.Split(' ');
        return new Round(int.Parse(words[0], CultureInfo.InvariantCulture), Number(words[1]), Number(words[2]), Number(words[3]));
    }

    private static double Number(string word) => word == "-" ? double.NaN : double.Parse(word, CultureInfo.InvariantCulture);
}
