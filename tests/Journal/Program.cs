using PbxEvents.Tests.Journal;

// A process that the unit tests kill.
switch (args)
{
    case ["keep", var path, var effects, var concurrency]:
        await Reactor.RunAsync(path, effects, int.Parse(concurrency, System.Globalization.CultureInfo.InvariantCulture), isLast: false);
        return 0;
    case ["finish", var path, var effects, var concurrency]:
        await Reactor.RunAsync(path, effects, int.Parse(concurrency, System.Globalization.CultureInfo.InvariantCulture), isLast: true);
        return 0;
    case ["fill", var path, var ballast]:
        await Disk.FillAsync(path, ballast);
        return 0;
    case ["read", var path]:
        await Disk.ReadAsync(path);
        return 0;
    default:
        Console.Error.WriteLine("usage: keep JOURNAL EFFECTS CONCURRENCY | finish JOURNAL EFFECTS CONCURRENCY | fill JOURNAL BALLAST | read JOURNAL");
        return 2;
}
