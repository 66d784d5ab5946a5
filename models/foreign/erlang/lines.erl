#!/usr/bin/env escript
%%! +S 1:1 +P 1000000 +Q 1000000 -kernel inet_backend inet
%% Erlang: a process a connection, blocking style over the runtime's own poll. It echoes lines, and takes slow requests.
%% One scheduler (+S 1:1): one thread is what these are compared by.
-module(lines).
-mode(compile).
-behaviour(gen_event).
-export([main/1, init/1, handle_event/2, handle_call/2]).

main([Addr]) ->
    [Host, Port] = string:split(Addr, ":", trailing),
    {ok, At} = inet:parse_address(Host),
    {ok, Listener} = gen_tcp:listen(list_to_integer(Port), [binary, {ip, At}, {active, false}, {backlog, 4096},
        {reuseaddr, true}, {nodelay, true}, {exit_on_close, false}]),
    ok = gen_event:swap_handler(erl_signal_server, {erl_signal_handler, []}, {?MODULE, []}),
    Places = spawn_link(fun() -> places(64, queue:new()) end),
    accept(Listener, Places).

accept(Listener, Places) ->
    case gen_tcp:accept(Listener) of
        {ok, Socket} ->
            Pid = spawn(fun() -> receive go -> serve(Socket, Places, <<>>) end end),
            gen_tcp:controlling_process(Socket, Pid),
            Pid ! go;
        {error, _} -> timer:sleep(100) % no descriptor is left
    end,
    accept(Listener, Places).

serve(Socket, Places, Kept) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, Data} ->
            case answer(Socket, Places, <<Kept/binary, Data/binary>>) of
                {ok, Rest} -> serve(Socket, Places, Rest);
                {error, _} -> gen_tcp:close(Socket)
            end;
        {error, _} -> gen_tcp:close(Socket) % flushes
    end.

%% answer sends the whole lines back at once, up to the first slow request among them.
answer(Socket, Places, Data) ->
    {Echo, Slow, Rest} = whole(Data, 0),
    Sent = case Echo of <<>> -> ok; _ -> gen_tcp:send(Socket, Echo) end,
    case {Sent, Slow} of
        {ok, none} -> {ok, binary:copy(Rest)};
        {ok, {Ms, How}} ->
            stall(How, Ms, Places),
            case gen_tcp:send(Socket, ["BLOCKED ", integer_to_binary(Ms), "\n"]) of
                ok -> answer(Socket, Places, Rest);
                Error -> Error
            end;
        {Error, _} -> Error
    end.

whole(Data, At) ->
    case binary:match(Data, <<"\n">>, [{scope, {At, byte_size(Data) - At}}]) of
        nomatch -> {binary:part(Data, 0, At), none, binary:part(Data, At, byte_size(Data) - At)};
        {End, 1} ->
            case Data of
                <<Echo:At/binary, "BLOCK ", _/binary>> ->
                    [_, Ms, How] = string:lexemes(binary:part(Data, At, End - At), " \r"),
                    {Echo, {binary_to_integer(Ms), How}, binary:part(Data, End + 1, byte_size(Data) - End - 1)};
                _ -> whole(Data, End + 1)
            end
    end.

%% A process that sleeps or burns CPU holds up no other: the runtime preempts it. Offloaded, it only queues for a place.
stall(<<"inline">>, Ms, _) -> timer:sleep(Ms);
stall(<<"spin">>, Ms, _) -> spin(erlang:monotonic_time(microsecond) + Ms * 1000);
stall(<<"offload">>, Ms, Places) ->
    Places ! {enter, self()},
    receive enter -> timer:sleep(Ms) end,
    Places ! leave.

spin(End) -> case erlang:monotonic_time(microsecond) < End of true -> spin(End); false -> ok end.

places(Free, Waiting) ->
    receive
        {enter, Pid} when Free > 0 -> Pid ! enter, places(Free - 1, Waiting);
        {enter, Pid} -> places(0, queue:in(Pid, Waiting));
        leave ->
            case queue:out(Waiting) of
                {{value, Pid}, Rest} -> Pid ! enter, places(Free, Rest);
                {empty, _} -> places(Free + 1, Waiting)
            end
    end.

%% SIGTERM. The runtime's own way, init:stop, waits for whoever does not read.
init(_) -> {ok, []}.
handle_event(sigterm, _) -> halt(0, [{flush, false}]);
handle_event(_, State) -> {ok, State}.
handle_call(_, State) -> {ok, ok, State}.
