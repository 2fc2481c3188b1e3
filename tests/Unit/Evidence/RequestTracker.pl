# What a Request Tracker needs for tickets of calls: rt-setup-database --action insert --datafile reads it.
our @Queues = (
    { Name => 'Calls', Description => 'Missed calls' },
);
our @CustomFields = (
    { Name => 'PbxCall',   Type => 'FreeformMultiple', LookupType => 'RT::Queue-RT::Ticket', ApplyTo => 'Calls', Description => 'The calls that the ticket is about' },
    { Name => 'PbxCaller', Type => 'FreeformSingle',   LookupType => 'RT::Queue-RT::Ticket', ApplyTo => 'Calls', Description => 'The caller' },
);
1;
