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
    case ["serve"]:
        if (PostgresServer.WhyMissing is { } why)
        {
            Console.WriteLine(why);
            return 1;
        }
        await using (var server = await PostgresServer.StartAsync(null, "fsync=off"))
        {
            Console.WriteLine(ServerJournal.Describe(server, await server.MakeDatabaseAsync(), Path.GetTempPath()));
            while (await Console.In.ReadLineAsync() is { } line)
            {
                if (line == "kill")
                    await server.KillAsync();
                else
                    await server.StartAsync();
                Console.WriteLine(line);
            }
        }
        return 0;
    case ["publish", var connection]:
        await Publisher.RunAsync(connection);
        return 0;
    case ["drain", var connection]:
        await Publisher.DrainAsync(connection);
        return 0;
    case ["work", var effects, var concurrency]:
        await Worker.RunAsync(effects, int.Parse(concurrency, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["fill", var path, var ballast]:
        await Disk.FillAsync(path, ballast);
        return 0;
    case ["read", var path]:
        await Disk.ReadAsync(path);
        return 0;
    default:
        Console.Error.WriteLine("usage: serve | publish CONNECTION | drain CONNECTION | work EFFECTS CONCURRENCY | keep JOURNAL EFFECTS CONCURRENCY | finish JOURNAL EFFECTS CONCURRENCY | fill JOURNAL BALLAST | read JOURNAL");
        return 2;
}
