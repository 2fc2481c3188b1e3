using PbxEvents.Simulator;
using PbxEvents.Simulator.OneCloud;
using PbxEvents.Simulator.RingCentral;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>What a chaos run does, in order: the same seed makes the same calls and the same faults.</summary>
internal static class ChaosPlan
{
    private static readonly string[] Scenarios = ["Answered", "Missed", "Transferred", "Held", "QueueAnswered", "AnsweredElsewhere", "Internal", "Outbound"];

    /// <summary>Makes a plan.</summary>
    /// <param name="platform">What is broken.</param>
    /// <param name="seed">Where every choice comes from.</param>
    /// <param name="rounds">How often each kind of fault comes, at least.</param>
    /// <param name="callsPerStep">How many calls begin before each fault.</param>
    public static IReadOnlyList<ChaosStep> Make(ChaosPlatform platform, int seed, int rounds, int callsPerStep)
    {
        var random = new Random(seed);
        var steps = new List<ChaosStep>();
        for (var round = 0; round < rounds; round++)
        {
            var kinds = platform.Faults.ToArray();
            random.Shuffle(kinds);
            foreach (var kind in kinds)
            {
                var faults = FaultsOf(platform, kind, round, random);
                var calls = new ChaosCall[callsPerStep];
                for (var i = 0; i < calls.Length; i++)
                    calls[i] = new ChaosCall(Scenarios[random.Next(Scenarios.Length)], TimeSpan.FromMilliseconds(random.Next(400)));

                // In the first round every fault hits a connection that stands; later every other one hits whatever is there.
                var isCalm = round == 0 || faults.Count > 1 || NeedsCalm(kind) || random.Next(2) == 0;
                steps.Add(new ChaosStep(calls, TimeSpan.FromMilliseconds(random.Next(150)), isCalm, random.Next(3) == 0, faults));
            }
        }
        return steps;
    }

    /// <summary>
    /// A token that ends twice in one outage is the end, rightly. And an error that names no stream is taken for the streams that
    /// are not confirmed, as long as there are some, so it may not end the others beside them. And some of PortSIP's garbage is
    /// an event by its form, which confirms the topic it belongs to.
    /// </summary>
    private static bool NeedsCalm(string kind) => kind is SimulatorFaults.ExpireToken or SimulatorFaults.Malformed or OneCloudSimulator.SubscriptionErrorFault;

    /// <summary>A fault that shows with the next link only brings that about.</summary>
    private static IReadOnlyList<SimulatorFault> FaultsOf(ChaosPlatform platform, string name, int round, Random random)
    {
        var drop = new SimulatorFault(SimulatorFaults.Drop);

        // A recovered session brings its subscription with it: it has to be lost, or nobody subscribes.
        SimulatorFault[] anew = platform.Name == "RingCentral" ? [new(RingCentralSimulator.FailRecoveryFault), drop] : [drop];
        return name switch
        {
            SimulatorFaults.Refuse => [new(name) { Count = random.Next(1, 4) }, drop],
            SimulatorFaults.Restart => [new(name) { Duration = TimeSpan.FromSeconds(random.Next(8)) }],
            SimulatorFaults.Delay => [new(name) { Duration = TimeSpan.FromMilliseconds(random.Next(2500)) }],
            SimulatorFaults.Duplicate => [new(name) { Count = random.Next(1, 40) }],

            // TelecomX asks nothing over HTTP as long as its token lives, and some seconds after that.
            SimulatorFaults.RateLimit when platform.Name == "TelecomX" =>
                [new(name) { Duration = TimeSpan.FromSeconds(random.Next(13, 20)) }, new(SimulatorFaults.ExpireToken), drop],

            // Yeastar asks for nothing but a new token.
            SimulatorFaults.RateLimit when platform.Name == "Yeastar" => [new(name) { Duration = TimeSpan.FromSeconds(random.Next(1, 6)) }, new(SimulatorFaults.ExpireToken)],
            SimulatorFaults.RateLimit => [new(name) { Duration = TimeSpan.FromSeconds(random.Next(1, 6)) }, drop],

            // Later than the client waits; or not, and then more than one.
            SimulatorFaults.LateSubscribe when random.Next(2) == 0 => [new(name) { Duration = TimeSpan.FromSeconds(random.Next(10, 25)) }, .. anew],
            SimulatorFaults.LateSubscribe => [new(name) { Duration = TimeSpan.FromSeconds(random.Next(1, 8)), Count = random.Next(1, 4) }, .. anew],
            SimulatorFaults.SilentSubscribe or SimulatorFaults.RefuseSubscribe => [new(name), .. anew],

            // Only Yeastar ends a link with its token; the others look at it when the next one comes.
            SimulatorFaults.ExpireToken when platform.Name != "Yeastar" || (round > 0 && random.Next(3) == 0) => [new(name), drop],
            _ when ChaosPlatform.ShowsWithNextLink(name) => [new(name), drop],
            _ => [new(name)],
        };
    }
}

/// <summary>One step of a plan.</summary>
/// <param name="Calls">The calls that begin.</param>
/// <param name="Pause">How long nothing else happens then, by the real clock.</param>
/// <param name="IsCalm">True when the client is to be connected before the calls begin.</param>
/// <param name="Clears">True when faults that last end before.</param>
/// <param name="Faults">The faults, at once.</param>
internal sealed record ChaosStep(IReadOnlyList<ChaosCall> Calls, TimeSpan Pause, bool IsCalm, bool Clears, IReadOnlyList<SimulatorFault> Faults);

/// <summary>A call of a plan.</summary>
/// <param name="Scenario">What happens.</param>
/// <param name="Pace">The time between two steps of it, by the simulator's clock.</param>
internal sealed record ChaosCall(string Scenario, TimeSpan Pace);
