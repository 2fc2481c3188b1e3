using PbxEvents.Tests.Journal;

// A process that the unit tests kill.
switch (args)
{
    case ["keep", var path]:
        await Keeper.RunAsync(path);
        return 0;
    case ["react", var path, var effects, var last]:
        await Reactor.RunAsync(path, effects, long.Parse(last, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    default:
        Console.Error.WriteLine("usage: keep JOURNAL | react JOURNAL EFFECTS LAST");
        return 2;
}
