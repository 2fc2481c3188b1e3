using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PbxEvents.Module.Commands;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Notify;
using PbxEvents.Simulator;

namespace PbxEvents.Module.Listener;

/// <summary>
/// A listener file tried on simulators, in a runspace of its own: each connection goes to a simulator of its platform, calls of every kind are
/// played, and what would have run for them runs with <c>$WhatIfPreference</c> set. No PBX, no vault, nobody is told. One thread at a time.
/// </summary>
/// <param name="invoke">Runs a command to its end, and ends it early when the user wants that.</param>
internal sealed class ListenerTrial(Func<PowerShell, Collection<PSObject>> invoke) : IDisposable
{
    /// <summary>When nothing has arrived for so long, all has that was played.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>What a call can be given, so that a reaction's filter lets it through.</summary>
    private static readonly string[] Parties = ["From", "To", "Extension", "Queue"];

    private static readonly IReadOnlyList<string> TestKeys =
        [.. new CommandMetadata(typeof(TestPbxReactionCommand)).Parameters.Values.SelectMany(p => p.Aliases.Append(p.Name))];

    private readonly Runspace _runspace = ModuleRunspace.Open("PbxEvents listener trial");
    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-trial-").FullName;
    private readonly List<PbxSimulator> _simulators = [];

    private string Journal => Path.Combine(_folder, "trial.db");

    /// <summary>Opens a journal for the trial.</summary>
    public void Begin() => Run("Open-PbxJournal", new() { ["Path"] = Journal });

    /// <summary>Connects to a simulator what the file connects to a PBX.</summary>
    public void Connect(ListenerItem item)
    {
        var simulator = (PbxSimulator)Run("Start-PbxSimulator", new() { ["Provider"] = item.Values["Provider"].Value })[0].BaseObject;
        _simulators.Add(simulator);
        var arguments = item.Name is { } name ? new Dictionary<string, object?> { ["Name"] = name } : [];
        Run("Connect-PbxEvents", arguments, simulator);
    }

    /// <summary>Subscribes as the file does. What an action would do comes later.</summary>
    /// <param name="arguments">What the file says.</param>
    public void Subscribe(IReadOnlyDictionary<string, object?> arguments)
    {
        string[] wanted = ["Category", "Topic", "Extension", "Queue", "EventName", "Tenant", "Connection"];
        Run("Register-PbxSubscription", wanted.Where(arguments.ContainsKey).ToDictionary(k => k, k => arguments[k]));
    }

    /// <summary>Plays a call of every kind on every simulator, for each of the parties that reactions ask for.</summary>
    public void Play(IEnumerable<ListenerItem> reactions)
    {
        var wishes = reactions.Select(WishOf).Prepend([]).DistinctBy(w => string.Join('\n', w.Select(p => $"{p.Key}={p.Value}"))).ToArray();
        foreach (var simulator in _simulators)
        {
            foreach (var wish in wishes)
            {
                foreach (var scenario in simulator.ScenarioNames)
                    Run("Invoke-PbxSimulation", new(wish) { ["Scenario"] = scenario, ["Simulator"] = simulator, ["Pace"] = 0 });
            }
        }
        for (var (seen, received) = (-1L, CountReceived()); seen != received; (seen, received) = (received, CountReceived()))
            Run("Start-Sleep", new() { ["Duration"] = Quiet });

        // With that all that came is in the journal.
        Run("Disconnect-PbxEvents", new() { ["Connection"] = "*" });
        Run("Close-PbxJournal", []);
    }

    /// <summary>Tries the action of an item on what was played.</summary>
    /// <param name="item">The item.</param>
    /// <param name="arguments">What it says.</param>
    /// <param name="maxEvents">Ends after so many events.</param>
    public IEnumerable<PbxReactionTest> Try(ListenerItem item, IReadOnlyDictionary<string, object?> arguments, int maxEvents)
    {
        var test = arguments.Where(a => TestKeys.Contains(a.Key) && !(item.Section.Name == "Subscriptions" && a.Key == "Category")).ToDictionary();
        test["Journal"] = Journal;
        test["MaxEvents"] = maxEvents;
        return Run("Test-PbxReaction", test).Select(t => (PbxReactionTest)t.BaseObject with { Reaction = item.Name ?? item.Place });
    }

    /// <summary>Fills in what an item would tell its notifier of what was played. Nobody is told.</summary>
    /// <inheritdoc cref="Try"/>
    public IEnumerable<PbxReactionTest> TryTelling(ListenerItem item, IReadOnlyDictionary<string, object?> arguments, int maxEvents)
    {
        var (subject, text) = ListenerArguments.TextsOf(item);
        return Try(item, new Dictionary<string, object?>(arguments) { ["Action"] = ScriptBlock.Create("") }, maxEvents).Select(test =>
        {
            var unknown = new List<string>();
            var filled = ((string?[])[subject, text]).OfType<string>().Select(t => new TextTemplate(t).Fill(PSObject.AsPSObject(test.Event), unknown.Add)).ToArray();
            return test with
            {
                Output = [$"{item.Notify}: {string.Join(Environment.NewLine, filled)}"],
                Error = unknown.Count > 0 ? SR.UnknownPlaceholder.With(string.Join(", ", unknown), nameof(PbxEvent)) : test.Error,
            };
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Dictionary<string, object?> WishOf(ListenerItem item) => Parties
        .Select(p => (Key: p, Value: item.Values.GetValueOrDefault(p)?.Value))
        .Select(p => (p.Key, Value: p.Value is object[] { Length: > 0 } many ? many[0] : p.Value))
        .Where(p => p.Value is not null && !WildcardPattern.ContainsWildcardCharacters($"{p.Value}"))
        .ToDictionary(p => p.Key, p => p.Value);

    private long CountReceived() => Run("Get-PbxConnection", []).Sum(c => ((PbxConnection)c.BaseObject).Received);

    private Collection<PSObject> Run(string command, Dictionary<string, object?> arguments, object? input = null)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = _runspace;
        if (input is not null)
            shell.AddCommand("Write-Output").AddParameter("InputObject", input);
        shell.AddCommand(command).AddParameters(arguments).AddParameter("ErrorAction", ActionPreference.Stop);
        return invoke(shell);
    }
}
