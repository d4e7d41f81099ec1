import { graphql } from '../support/generated/gql.js'

/** The operations that several e2e files share, written as an app would write them. */

export const registerCustomer = graphql(/* GraphQL */ `
  mutation RegisterCustomer($input: RegisterCustomerInput!) {
    registerCustomer(input: $input) {
      receipt { commandId streamId version token duplicate traceId }
      userErrors { code message field retryable }
    }
  }
`)

export const addProduct = graphql(/* GraphQL */ `
  mutation AddProduct($input: AddProductInput!) {
    addProduct(input: $input) {
      receipt { commandId streamId version token duplicate }
      userErrors { code message field retryable }
    }
  }
`)

export const createOrder = graphql(/* GraphQL */ `
  mutation CreateOrder($input: CreateOrderInput!) {
    createOrder(input: $input) {
      receipt { commandId streamId version token duplicate traceId }
      order {
        id version status customerId estimatedDelivery
        totalAmount { amount currency }
        paidAmount { amount currency }
        items { sku productName quantity unitPrice { amount currency } lineTotal { amount currency } }
      }
      userErrors { code message field retryable }
    }
  }
`)

export const addOrderItem = graphql(/* GraphQL */ `
  mutation AddOrderItem($input: AddOrderItemInput!) {
    addOrderItem(input: $input) {
      receipt { version token duplicate }
      order { version items { sku quantity } totalAmount { amount currency } }
      userErrors { code message field retryable }
    }
  }
`)

export const recordPayment = graphql(/* GraphQL */ `
  mutation RecordPayment($input: RecordPaymentInput!) {
    recordPayment(input: $input) {
      receipt { version token duplicate }
      order { version paidAmount { amount currency } }
      userErrors { code message field retryable }
    }
  }
`)

export const confirmOrder = graphql(/* GraphQL */ `
  mutation ConfirmOrder($input: ConfirmOrderInput!) {
    confirmOrder(input: $input) {
      receipt { version token duplicate }
      order { version status }
      userErrors { code message field retryable }
    }
  }
`)

export const shipOrder = graphql(/* GraphQL */ `
  mutation ShipOrder($input: ShipOrderInput!) {
    shipOrder(input: $input) {
      receipt { version token duplicate }
      order { version status estimatedDelivery }
      userErrors { code message field retryable }
    }
  }
`)

export const deliverOrder = graphql(/* GraphQL */ `
  mutation DeliverOrder($input: DeliverOrderInput!) {
    deliverOrder(input: $input) {
      receipt { version token duplicate }
      order { version status estimatedDelivery }
      userErrors { code message field retryable }
    }
  }
`)

export const cancelOrder = graphql(/* GraphQL */ `
  mutation CancelOrder($input: CancelOrderInput!) {
    cancelOrder(input: $input) {
      receipt { version token duplicate }
      order { version status }
      userErrors { code message field retryable }
    }
  }
`)

export const changeCustomerContact = graphql(/* GraphQL */ `
  mutation ChangeCustomerContact($input: ChangeCustomerContactInput!) {
    changeCustomerContact(input: $input) {
      receipt { version token duplicate }
      userErrors { code message field retryable }
    }
  }
`)

export const forgetCustomer = graphql(/* GraphQL */ `
  mutation ForgetCustomer($input: ForgetCustomerInput!) {
    forgetCustomer(input: $input) {
      receipt { version token duplicate }
      userErrors { code message field retryable }
    }
  }
`)

export const changeProductPrice = graphql(/* GraphQL */ `
  mutation ChangeProductPrice($input: ChangeProductPriceInput!) {
    changeProductPrice(input: $input) {
      receipt { version token duplicate }
      userErrors { code message field retryable }
    }
  }
`)

export const updateInventory = graphql(/* GraphQL */ `
  mutation UpdateInventory($input: UpdateInventoryInput!) {
    updateInventory(input: $input) {
      receipt { version token duplicate }
      userErrors { code message field retryable }
    }
  }
`)

export const orderById = graphql(/* GraphQL */ `
  query OrderById($id: ID!, $token: ConsistencyToken, $waitMs: Int) {
    order(id: $id, atLeast: $token, waitMs: $waitMs) {
      id version status customerId customerName customerEmail trackingNumber cancellationReason estimatedDelivery
      createdAt updatedAt confirmedAt shippedAt deliveredAt cancelledAt
      shippingAddress { line1 line2 city region postalCode country }
      items { sku productName quantity unitPrice { amount currency } lineTotal { amount currency } }
      totalAmount { amount currency }
      paidAmount { amount currency }
      customer { id version name email forgotten }
      timeline { nodes { version type summary occurredAt actor traceId } }
    }
  }
`)

export const ordersOf = graphql(/* GraphQL */ `
  query OrdersOf($filter: OrderFilter, $sort: OrderSort, $first: Int, $after: String, $last: Int, $before: String, $token: ConsistencyToken) {
    orders(filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before, atLeast: $token, waitMs: 10000) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { id version status customerName createdAt totalAmount { amount } } }
    }
  }
`)

export const searchOrders = graphql(/* GraphQL */ `
  query SearchOrders($query: String!, $filter: OrderFilter, $first: Int, $after: String, $token: ConsistencyToken) {
    searchOrders(query: $query, filter: $filter, first: $first, after: $after, atLeast: $token, waitMs: 10000) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { cursor highlights node { id version customerName } }
      facets { field values { value count } }
    }
  }
`)

export const orderStatistics = graphql(/* GraphQL */ `
  query Statistics($filter: OrderFilter, $token: ConsistencyToken) {
    orderStatistics(filter: $filter, atLeast: $token, waitMs: 10000) {
      orders
      totals { amount currency }
      byStatus { key orders totals { amount currency } }
      byDay { key orders }
      byProduct { key orders totals { amount currency } }
      byRegion { key orders }
    }
  }
`)

export const orderChanged = graphql(/* GraphQL */ `
  subscription OrderChanged($orderId: ID!, $since: String) {
    orderChanged(orderId: $orderId, since: $since) { cursor type version previousStatus order { version status } }
  }
`)

export const ordersChanged = graphql(/* GraphQL */ `
  subscription OrdersChanged($filter: OrderFilter, $since: String) {
    ordersChanged(filter: $filter, since: $since) { cursor type version previousStatus order { id version status } }
  }
`)

export const projectionCompleted = graphql(/* GraphQL */ `
  subscription ProjectionCompleted($token: ConsistencyToken!, $level: Visibility, $timeoutMs: Int) {
    projectionCompleted(token: $token, level: $level, timeoutMs: $timeoutMs) { status streamId version elapsedMs order { id version status } }
  }
`)
