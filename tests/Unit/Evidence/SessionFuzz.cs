using System.Diagnostics;
using System.Text;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>Feeds broken frames to a platform's session.</summary>
internal static class SessionFuzz
{
    /// <summary>The largest thing that a session remembers by design is OneCloud's 16,384 ids of calls.</summary>
    private const int MostRemembered = 20_000;

    /// <summary>So many calls begin and never end after the fuzz: more than may be remembered.</summary>
    private const int EndlessCalls = 21_000;

    private const int MaxFailures = 20;

    /// <summary>After so many broken frames a good one must be read.</summary>
    private const int FramesPerGood = 50;

    /// <summary>Far more than any frame takes on a loaded machine; a frame that takes longer hangs.</summary>
    private static readonly TimeSpan LongestFrame = TimeSpan.FromSeconds(20);

    /// <summary>Feeds frames, then good ones without end, and looks what the session remembers.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="seed">Where every choice comes from.</param>
    /// <param name="frames">How many broken frames.</param>
    /// <returns>What happened; its failures are empty when all is well.</returns>
    public static FuzzFigures Run(string platform, int seed, int frames)
    {
        var target = FuzzTarget.Create(platform);
        var fuzzer = new FrameFuzzer(seed, target.Corpus);
        var failures = new Dictionary<string, string>();
        var (fed, read) = (0, 0);
        while (fed < frames && failures.Count < MaxFailures)
        {
            var frame = fuzzer.Next();
            var watch = Stopwatch.StartNew();
            try
            {
                Feed(target, fuzzer.Random, frame);
                if (fed % FramesPerGood == FramesPerGood - 1)
                {
                    ReadGood(target, fed);
                    read++;
                }
            }
            catch (Exception e)
            {
                var at = e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("PbxEvents", StringComparison.Ordinal))?.Trim();
                failures.TryAdd($"{e.GetType().Name} {at}", $"frame {fed}: {Show(frame)}{Environment.NewLine}{e}");
            }
            if (watch.Elapsed > LongestFrame)
                failures.TryAdd("slow", $"frame {fed} took {watch.Elapsed}: {Show(frame)}");
            fed++;
        }
        if (failures.Count > 0)
            return new FuzzFigures(platform, seed, fed, read, "") { Failures = [.. failures.Values] };
        for (var i = 0; i < EndlessCalls; i++)
        {
            ReadGood(target, frames + i);
            target.Host.Advance(TimeSpan.FromSeconds(10));
            Forget(target);
        }
        var (count, path) = GrowthProbe.LargestCollection(target.Host.Session!, target.Host);
        return new FuzzFigures(platform, seed, fed, read + EndlessCalls, $"{path} with {count}")
        {
            Failures = count <= MostRemembered ? [] : [$"{path} holds {count}."],
        };
    }

    /// <summary>A frame, and now and then what else happens on a connection.</summary>
    private static void Feed(FuzzTarget target, Random random, byte[] frame)
    {
        var session = target.Host.Session!;
        var kind = random.Next(20) switch { 0 => FrameKind.Binary, 1 => FrameKind.Ack, _ => FrameKind.Text };
        session.FrameReceived(target.Link, new Frame(kind, frame, random.Next(10) == 0 ? random.Next(5) : -1));
        switch (random.Next(200))
        {
            case < 10:
                target.Host.Advance(TimeSpan.FromSeconds(random.Next(60)));
                break;
            case 10:
                target.Lose();
                target.Open();
                break;
            case 11:
                session.CredentialRenewed(target.Ticket);
                break;
            case 12:
                session.FrameReceived(target.Link + 1000, new Frame(FrameKind.Text, frame));
                break;
            case < 20 when target.SnapshotKind is { } asked:
                session.SnapshotReceived(new Snapshot(asked, frame, target.SnapshotKey));
                break;
        }
        Forget(target);
    }

    /// <summary>The session may have asked for the link's end; then, and only then, it needs a new one.</summary>
    private static void ReadGood(FuzzTarget target, int number)
    {
        if (target.Host.Closed.Count > 0)
        {
            target.Host.Closed.Clear();
            target.Lose();
            target.Open();
        }
        target.EndSnapshots();
        target.Host.Events.Clear();
        target.Host.Receive(target.Good(number), target.Link);
        if (!target.Host.Events.Any(e => e.Raw.Contains("good", StringComparison.Ordinal) || e.Raw.Contains($"17000{number}.7", StringComparison.Ordinal)))
            throw new InvalidOperationException($"The good frame after frame {number} was not read. {string.Join(" | ", target.Host.Unreadable.Concat(target.Host.Activity.TakeLast(5)))}");
        target.Host.Unreadable.Clear();
    }

    /// <summary>The recordings are the test's, not the session's: they are thrown away as they come.</summary>
    private static void Forget(FuzzTarget target)
    {
        var host = target.Host;
        host.Sent.Clear();
        host.Events.Clear();
        host.Warnings.Clear();
        host.Ready.Clear();
        host.Confirmed.Clear();
        host.Rejected.Clear();
        if (host.Unreadable.Count > 100)
            host.Unreadable.Clear();
        if (host.Activity.Count > 100)
            host.Activity.Clear();
    }

    private static string Show(byte[] frame)
    {
        var text = Encoding.UTF8.GetString(frame);
        return text.Length > 1500 ? text[..1500] + "..." : text;
    }
}
